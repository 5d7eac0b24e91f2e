//! What runs beside the containers on a Docker host: the proxy of a Service, and the agent of a deploy.
