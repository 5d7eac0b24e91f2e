// Command mergecheck answers what kubectl and the API server make of given documents, with their own packages.
//
//	go run . -openapi FOLDER < cases > answers
//
// A case is one line of JSON: {"apiVersion", "kind", "original", "modified", "current"}, in which original may be
// missing. The answer, one line too, holds the patch that `kubectl apply` computes and the result of that patch on the
// server. A case may bring its own "patch"; then only that is applied. A case with nothing but "manifest" is answered
// with the last-applied annotation that kubectl gives it.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"log"
	"os"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/kubectl/pkg/util"
)

type testCase struct {
	APIVersion string          `json:"apiVersion"`
	Kind       string          `json:"kind"`
	Original   json.RawMessage `json:"original"`
	Modified   json.RawMessage `json:"modified"`
	Current    json.RawMessage `json:"current"`
	Patch      json.RawMessage `json:"patch"`
	Manifest   json.RawMessage `json:"manifest"`
}

type answer struct {
	// Format is "strategic" or "json".
	Format string `json:"format,omitempty"`
	// Patch is the body as kubectl sends it; text, so that it can be compared byte for byte.
	Patch      string `json:"patch,omitempty"`
	PatchError string `json:"patchError,omitempty"`
	// Result is what the server makes of it.
	Result      string `json:"result,omitempty"`
	ResultError string `json:"resultError,omitempty"`
	// LastApplied and Modified answer a "manifest".
	LastApplied string `json:"lastApplied,omitempty"`
	Modified    string `json:"modified,omitempty"`
}

func main() {
	log.SetFlags(0)
	openAPI := flag.String("openapi", "", "folder with Kubernetes' OpenAPI v3 documents")
	flag.Parse()
	schemas := newSchemas(*openAPI)

	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		var c testCase
		if err := json.Unmarshal(in.Bytes(), &c); err != nil {
			log.Fatalf("%v: %s", err, in.Text())
		}
		line, err := json.Marshal(answerTo(c, schemas))
		if err != nil {
			log.Fatal(err)
		}
		out.Write(append(line, '\n'))
	}
	if err := in.Err(); err != nil {
		log.Fatal(err)
	}
}

func answerTo(c testCase, schemas *schemas) (a answer) {
	defer func() {
		if problem := recover(); problem != nil {
			a.PatchError = "panic"
		}
	}()
	if c.Manifest != nil {
		return lastApplied(c.Manifest)
	}
	patch := []byte(c.Patch)
	var err error
	if patch == nil {
		a.Format, patch, err = createPatch(c, schemas)
		if err != nil {
			a.PatchError = err.Error()
			return a
		}
		a.Patch = string(patch)
	}
	result, err := applyPatch(c, patch)
	if err != nil {
		a.ResultError = err.Error()
	}
	a.Result = string(result)
	return a
}

func lastApplied(manifest []byte) answer {
	object, _, err := unstructured.UnstructuredJSONScheme.Decode(manifest, nil, nil)
	if err != nil {
		return answer{PatchError: err.Error()}
	}
	modified, err := util.GetModifiedConfiguration(object, true, unstructured.UnstructuredJSONScheme)
	if err != nil {
		return answer{PatchError: err.Error()}
	}
	if err := util.CreateApplyAnnotation(object, unstructured.UnstructuredJSONScheme); err != nil {
		return answer{PatchError: err.Error()}
	}
	annotation, err := util.GetOriginalConfiguration(object)
	if err != nil {
		return answer{PatchError: err.Error()}
	}
	return answer{Modified: string(modified), LastApplied: string(annotation)}
}
