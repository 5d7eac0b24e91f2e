//! New files for pods that run, when a ConfigMap or Secret has changed.

use serde_json::{Value, json};

use super::{
    fill::{Fill, What, fill},
    name,
    pods::PodVolumes,
};
use crate::{
    engine::EngineFault,
    pod::{EngineFacts, FilesVolume, PodInput, Sources, VolumeAt, VolumeKind, translate},
    rollout::{self, PodState},
};

impl PodVolumes {
    /// Writes the files anew that pods have of a changed ConfigMap or Secret. Call it before the change is recorded: whoever
    /// is killed in between does it again then. `sources` has the changed object. What is mounted by `subPath`, and
    /// variables, stay as they are, as in a cluster. The answer is what users should know.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn refresh(
        &self,
        kind: &str,
        namespace: &str,
        name: &str,
        sources: &(dyn Sources + Send + Sync),
    ) -> Result<Vec<String>, EngineFault> {
        let about = self.site.engine.about();
        let facts = EngineFacts { name: about.name.clone(), cpus: about.cpus, memory: about.memory };
        let mut notes = Vec::new();
        for pod in rollout::pods(&self.site.engine, &self.site.environment).await?.into_values() {
            if pod.namespace != namespace {
                continue;
            }
            let template = with_volumes_of(&pod.made, kind, name);
            if template["spec"]["volumes"].as_array().is_none_or(Vec::is_empty) {
                continue;
            }
            match files(&pod, &template, sources, &facts, &self.site.environment) {
                Ok(volumes) => self.write(&pod.uid, volumes).await?,
                Err(why) => notes.push(format!(
                    "Pod {} of namespace {namespace} keeps its files of the {kind} {name} as they are: {why}",
                    pod.name
                )),
            }
        }
        Ok(notes)
    }

    async fn write(&self, uid: &str, volumes: Vec<(String, FilesVolume)>) -> Result<(), EngineFault> {
        let mut places = Vec::new();
        for (volume, files) in volumes {
            let name = name::of_pod(uid, &volume);
            // A pod that is being made has it filled when its volumes are.
            if let Some(there) = self.site.engine.volume(&name).await? {
                places.push((VolumeAt::Named { name, mountpoint: there.mountpoint }, files));
            }
        }
        let fills: Vec<Fill<'_>> = places
            .iter()
            .map(|(at, files)| Fill { at, what: What::Files { files, fresh: false }, folders: Vec::new(), group: None })
            .collect();
        fill(&self.site, uid, &fills).await
    }
}

fn files(
    pod: &PodState,
    template: &Value,
    sources: &(dyn Sources + Send + Sync),
    facts: &EngineFacts,
    environment: &str,
) -> Result<Vec<(String, FilesVolume)>, String> {
    let input = PodInput {
        template,
        field: "",
        name: &pod.name,
        namespace: &pod.namespace,
        uid: &pod.uid,
        owner: None,
        environment,
        network: "",
        ordinal: None,
        governing_service: None,
        claim_templates: &[],
        sources,
        engine: facts,
    };
    let spec = translate(&input)
        .map_err(|faults| faults.into_iter().map(|fault| fault.message).collect::<Vec<_>>().join("; "))?;
    let files = spec.volumes.into_iter().filter_map(|volume| match volume.kind {
        VolumeKind::Files(files) => Some((volume.name, files)),
        _ => None,
    });
    Ok(files.collect())
}

/// Of a pod, what its files of an object are made of: these volumes alone, and what they tell of the pod.
fn with_volumes_of(made: &Value, kind: &str, name: &str) -> Value {
    let spec = &made["spec"];
    let volumes: Vec<&Value> =
        spec["volumes"].as_array().into_iter().flatten().filter(|volume| shows(volume, kind, name)).collect();
    let containers = spec["containers"].as_array().into_iter().flatten();
    let containers: Vec<Value> = containers
        .map(|container| {
            json!({"name": container["name"], "image": container["image"], "resources": container["resources"]})
        })
        .collect();
    json!({
        "metadata": {"labels": made["metadata"]["labels"], "annotations": made["metadata"]["annotations"]},
        "spec": {
            "securityContext": {"fsGroup": spec["securityContext"]["fsGroup"]},
            "volumes": volumes,
            "containers": containers,
        },
    })
}

/// Whether a volume has files of an object.
fn shows(volume: &Value, kind: &str, name: &str) -> bool {
    let is_it = |source: &Value| {
        let reference = match kind {
            "ConfigMap" => &source["configMap"]["name"],
            _ => match &source["secret"]["secretName"] {
                Value::Null => &source["secret"]["name"],
                name => name,
            },
        };
        reference.as_str() == Some(name)
    };
    is_it(volume) || volume["projected"]["sources"].as_array().into_iter().flatten().any(is_it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volumes_that_show_an_object_are_found() {
        let made = json!({"spec": {"volumes": [
            {"name": "a", "configMap": {"name": "app"}},
            {"name": "b", "configMap": {"name": "other"}},
            {"name": "c", "secret": {"secretName": "app"}},
            {"name": "d", "projected": {"sources": [{"secret": {"name": "app"}}, {"configMap": {"name": "app"}}]}},
            {"name": "e", "emptyDir": {}},
        ]}});
        for (kind, expected) in [("ConfigMap", "a d"), ("Secret", "c d")] {
            let template = with_volumes_of(&made, kind, "app");
            let volumes = template["spec"]["volumes"].as_array().unwrap();
            let names: Vec<&str> = volumes.iter().filter_map(|volume| volume["name"].as_str()).collect();
            assert_eq!(names.join(" "), expected);
        }
    }
}
