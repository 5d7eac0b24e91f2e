-- What the timeline is looked through by: without these a rare outcome or environment is looked for in all deploys.
-- Never change this file; add another one.
CREATE INDEX deploys_of_environment ON deploys (environment, id);
CREATE INDEX deploys_of_outcome ON deploys (outcome, id);
