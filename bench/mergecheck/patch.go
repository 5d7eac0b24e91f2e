package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/jsonmergepatch"
	"k8s.io/apimachinery/pkg/util/mergepatch"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

// schemas reads the documents that kubectl would get from the server, when they are needed first.
type schemas struct {
	folder string
	known  map[schema.GroupVersion]map[string]*spec.Schema
}

func newSchemas(folder string) *schemas {
	return &schemas{folder: folder, known: map[schema.GroupVersion]map[string]*spec.Schema{}}
}

// lookup finds the type of a kind, nil if there is none.
func (s *schemas) lookup(gvk schema.GroupVersionKind) strategicpatch.LookupPatchMeta {
	gv := gvk.GroupVersion()
	if _, found := s.known[gv]; !found {
		s.known[gv] = s.read(gv)
	}
	for _, candidate := range s.known[gv] {
		var kinds []schema.GroupVersionKind
		if candidate.Extensions.GetObject("x-kubernetes-group-version-kind", &kinds) != nil {
			continue
		}
		for _, kind := range kinds {
			if kind == gvk {
				return strategicpatch.PatchMetaFromOpenAPIV3{SchemaList: s.known[gv], Schema: candidate}
			}
		}
	}
	return nil
}

func (s *schemas) read(gv schema.GroupVersion) map[string]*spec.Schema {
	name := "apis__" + strings.ReplaceAll(gv.String(), "/", "__")
	if gv.Group == "" {
		name = "api__" + gv.Version
	}
	data, err := os.ReadFile(filepath.Join(s.folder, name+"_openapi.json"))
	if err != nil {
		return nil
	}
	var document struct {
		Components struct {
			Schemas map[string]*spec.Schema `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(data, &document); err != nil {
		panic(err)
	}
	return document.Components.Schemas
}

// createPatch is what kubectl's Patcher does: the server's OpenAPI v3 document first, then the built-in Go type, then a
// JSON merge patch. (kubectl tries OpenAPI v2 between the first two; it knows the same.)
func createPatch(c testCase, schemas *schemas) (string, []byte, error) {
	gvk := schema.FromAPIVersionAndKind(c.APIVersion, c.Kind)
	if lookup := schemas.lookup(gvk); lookup != nil {
		patch, err := strategicpatch.CreateThreeWayMergePatch(c.Original, c.Modified, c.Current, lookup, true)
		if err == nil {
			return "strategic", patch, nil
		}
	}
	if object, err := scheme.Scheme.New(gvk); err == nil {
		lookup, err := strategicpatch.NewPatchMetaFromStruct(object)
		if err != nil {
			return "", nil, err
		}
		patch, err := strategicpatch.CreateThreeWayMergePatch(c.Original, c.Modified, c.Current, lookup, true)
		return "strategic", patch, err
	}
	patch, err := jsonmergepatch.CreateThreeWayJSONMergePatch(c.Original, c.Modified, c.Current,
		mergepatch.RequireKeyUnchanged("apiVersion"), mergepatch.RequireKeyUnchanged("kind"),
		mergepatch.RequireMetadataKeyUnchanged("name"))
	return "json", patch, err
}

// applyPatch is what the API server does, before it fills in defaults.
func applyPatch(c testCase, patch []byte) ([]byte, error) {
	object, err := scheme.Scheme.New(schema.FromAPIVersionAndKind(c.APIVersion, c.Kind))
	if err != nil {
		return jsonpatch.MergePatch(c.Current, patch)
	}
	return strategicpatch.StrategicMergePatch(c.Current, patch, object)
}
