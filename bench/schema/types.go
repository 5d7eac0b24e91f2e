package main

import (
	"fmt"
	"sort"
	"strings"
)

// types holds the schemas of all documents and those of them that some kind reaches.
type types struct {
	schemas map[string]*schema
	reached map[string]bool
	// zeros holds "TYPE FIELD" of every field whose zero value is the same as its absence.
	zeros map[string]bool
}

func newTypes(documents map[string]*document) *types {
	t := &types{schemas: map[string]*schema{}, reached: map[string]bool{}, zeros: map[string]bool{}}
	for _, doc := range documents {
		for name, s := range doc.Components.Schemas {
			t.schemas[name] = s
		}
	}
	return t
}

// scalars are the types that stand for one JSON value, by the name that the table uses.
var scalars = map[string]string{
	"io.k8s.apimachinery.pkg.api.resource.Quantity":                                         "quantity",
	"io.k8s.apimachinery.pkg.util.intstr.IntOrString":                                       "int-or-string",
	"io.k8s.apimachinery.pkg.apis.meta.v1.Time":                                             "time",
	"io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime":                                        "microtime",
	"io.k8s.apimachinery.pkg.apis.meta.v1.Duration":                                         "duration",
	"io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1":                                         "raw",
	"io.k8s.apimachinery.pkg.runtime.RawExtension":                                          "raw",
	"io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON":                         "raw",
	"io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray":       "raw",
	"io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool":        "raw",
	"io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray": "raw",
}

// refOf is the name of the type that a schema refers to, or "".
func refOf(s *schema) string {
	ref := s.Ref
	if len(s.AllOf) > 0 {
		ref = s.AllOf[0].Ref
	}
	return strings.TrimPrefix(ref, "#/components/schemas/")
}

// shape names what a schema describes: a type, a scalar, or a list ("[]") or map ("{}") of a shape.
func (t *types) shape(s *schema) (string, error) {
	if ref := refOf(s); ref != "" {
		if scalar, found := scalars[ref]; found {
			return scalar, nil
		}
		target, found := t.schemas[ref]
		if !found {
			return "", fmt.Errorf("%s is not defined", ref)
		}
		if target.Type == "object" && target.AdditionalProperties == nil {
			return short(ref), nil
		}
		return t.shape(target)
	}
	var prefix string
	var inner *schema
	switch {
	case s.Type == "array":
		prefix, inner = "[]", s.Items
	case s.Type == "object" && s.AdditionalProperties != nil:
		prefix, inner = "{}", s.AdditionalProperties
	case s.Type == "object" || s.Type == "":
		return "raw", nil
	case s.Type == "string" && s.Format == "byte":
		return "bytes", nil
	default:
		return s.Type, nil
	}
	shape, err := t.shape(inner)
	return prefix + shape, err
}

// reach marks a type and all types below it.
func (t *types) reach(name string) {
	if t.reached[name] || scalars[name] != "" || t.schemas[name] == nil {
		return
	}
	s := t.schemas[name]
	if s.Type == "object" && s.AdditionalProperties == nil {
		t.reached[name] = true
	}
	for _, property := range s.Properties {
		t.reachSchema(property)
	}
	t.reachSchema(s)
}

func (t *types) reachSchema(s *schema) {
	if ref := refOf(s); ref != "" {
		t.reach(ref)
	}
	for _, inner := range []*schema{s.Items, s.AdditionalProperties} {
		if inner != nil {
			t.reachSchema(inner)
		}
	}
}

// fields writes one line for each field: name ("?" after it: zero is absence), shape, patch strategies, merge key.
func (t *types) fields(name string) ([]string, error) {
	var lines []string
	for field, s := range t.schemas[name].Properties {
		shape, err := t.shape(s)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", name, field, err)
		}
		line := " " + field
		if t.zeros[name+" "+field] {
			line += "?"
		}
		line += " " + shape
		if s.PatchStrategy != "" {
			line += " " + s.PatchStrategy
		}
		if s.PatchMergeKey != "" {
			line += " by " + s.PatchMergeKey
		}
		lines = append(lines, line)
	}
	sort.Strings(lines)
	return lines, nil
}
