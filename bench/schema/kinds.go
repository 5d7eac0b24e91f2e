package main

import (
	"encoding/json"
	"sort"
	"strings"
)

// kind is one line of the table's first part.
type kind struct {
	gvk
	plural                        string
	root                          string
	namespaced, strategic, status bool
}

func (k kind) apiVersion() string {
	if k.Group == "" {
		return k.Version
	}
	return k.Group + "/" + k.Version
}

// kindsOf finds every built-in kind that has a collection one can POST to or list. Custom resources, which a live
// server has too, are left out: their types do not come from one of Kubernetes' own Go modules.
func kindsOf(documents map[string]*document) []kind {
	found := map[gvk]*kind{}
	for name, doc := range documents {
		for path, item := range doc.Paths {
			plural, namespaced, rest, ok := splitPath(strings.TrimPrefix(path, "/"+name+"/"))
			if !ok || rest != "" {
				continue
			}
			id, ok := operationKind(item, "post", "get")
			root := rootOf(doc, id)
			if !ok || root == "" {
				continue
			}
			if found[id] == nil {
				found[id] = &kind{gvk: id, plural: plural, root: root}
			}
			// A namespaced kind has a collection over all namespaces too.
			found[id].namespaced = found[id].namespaced || namespaced
		}
	}
	for name, doc := range documents {
		for path, item := range doc.Paths {
			plural, _, rest, ok := splitPath(strings.TrimPrefix(path, "/"+name+"/"))
			if !ok || rest == "" {
				continue
			}
			id, ok := operationKind(item, "patch", "get", "put")
			k := found[id]
			if !ok || k == nil || k.plural != plural {
				continue
			}
			switch rest {
			case "{name}":
				var patch operation
				if item["patch"] != nil && json.Unmarshal(item["patch"], &patch) == nil {
					_, k.strategic = patch.RequestBody.Content["application/strategic-merge-patch+json"]
				}
			case "{name}/status":
				k.status = true
			}
		}
	}
	kinds := make([]kind, 0, len(found))
	for _, k := range found {
		kinds = append(kinds, *k)
	}
	sort.Slice(kinds, func(i, j int) bool {
		return kinds[i].apiVersion()+" "+kinds[i].Kind < kinds[j].apiVersion()+" "+kinds[j].Kind
	})
	return kinds
}

// splitPath takes the part of a path after the group version apart: "namespaces/{namespace}/pods/{name}/status" is
// ("pods", true, "{name}/status").
func splitPath(path string) (plural string, namespaced bool, rest string, ok bool) {
	if inside, found := strings.CutPrefix(path, "namespaces/{namespace}/"); found {
		namespaced, path = true, inside
	}
	plural, rest, _ = strings.Cut(path, "/")
	ok = plural != "" && plural != "watch" && !strings.HasPrefix(plural, "{") && !strings.HasPrefix(plural, "/")
	return plural, namespaced, rest, ok
}

func operationKind(item map[string]json.RawMessage, methods ...string) (gvk, bool) {
	for _, method := range methods {
		var op operation
		if raw, found := item[method]; found && json.Unmarshal(raw, &op) == nil && op.Kind.Kind != "" {
			return op.Kind, true
		}
	}
	return gvk{}, false
}

// rootOf is the name of a built-in kind's type, or "".
func rootOf(doc *document, id gvk) string {
	for name, s := range doc.Components.Schemas {
		for _, k := range s.Kinds {
			if k == id && len(s.Kinds) == 1 && short(name) != name {
				return name
			}
		}
	}
	return ""
}
