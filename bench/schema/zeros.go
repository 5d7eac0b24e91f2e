package main

import (
	"reflect"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	runtimeschema "k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	apiregistration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

func init() {
	for _, add := range []error{apiextensions.AddToScheme(scheme.Scheme), apiregistration.AddToScheme(scheme.Scheme)} {
		if add != nil {
			panic(add)
		}
	}
}

// learnZeros walks a kind's Go type beside its schema. A field that is no pointer cannot tell its zero value (false, "",
// 0, an empty list or map) from absence: the API server stores and returns the same for both. A pointer can.
func (t *types) learnZeros(k kind) {
	object, err := scheme.Scheme.New(runtimeschema.GroupVersionKind(k.gvk))
	if err != nil {
		return
	}
	t.walk(k.root, reflect.TypeOf(object).Elem(), map[string]bool{})
}

func (t *types) walk(name string, goType reflect.Type, seen map[string]bool) {
	s := t.schemas[name]
	if s == nil || seen[name] || scalars[name] != "" {
		return
	}
	seen[name] = true
	for field, property := range s.Properties {
		goField, found := jsonField(goType, field)
		if !found {
			continue
		}
		if goField.Kind() != reflect.Pointer {
			t.zeros[name+" "+field] = true
		}
		t.walkSchema(property, goField, seen)
	}
}

func (t *types) walkSchema(s *schema, goType reflect.Type, seen map[string]bool) {
	if goType.Kind() == reflect.Pointer {
		goType = goType.Elem()
	}
	if ref := refOf(s); ref != "" {
		if goType.Kind() == reflect.Struct {
			t.walk(ref, goType, seen)
		}
		return
	}
	for _, inner := range []*schema{s.Items, s.AdditionalProperties} {
		if inner != nil && (goType.Kind() == reflect.Slice || goType.Kind() == reflect.Map) {
			t.walkSchema(inner, goType.Elem(), seen)
		}
	}
}

// jsonField finds the type of the field with a JSON name, also in embedded structs.
func jsonField(goType reflect.Type, name string) (reflect.Type, bool) {
	if goType.Kind() != reflect.Struct {
		return nil, false
	}
	for i := range goType.NumField() {
		field := goType.Field(i)
		tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if tag == name {
			return field.Type, true
		}
		if field.Anonymous && tag == "" {
			embedded := field.Type
			if embedded.Kind() == reflect.Pointer {
				embedded = embedded.Elem()
			}
			if found, ok := jsonField(embedded, name); ok {
				return found, ok
			}
		}
	}
	return nil, false
}
