// Command schema writes crates/core/src/schema/builtin.txt: every built-in kind of Kubernetes, its types and how their
// fields are patched and compared.
//
//	go run . -dir $(go -C ../modules/kubernetes list -m -f '{{.Dir}}' k8s.io/kubernetes)/api/openapi-spec/v3
//	go run . -server https://127.0.0.1:6443 -token TOKEN -ca apiserver.crt
//
// The structure comes from the OpenAPI v3 documents, so that the output can be compared with that of a live server
// (which serves fewer group versions; every line it prints must be in the table). Whether a field's zero value is the
// same as its absence is not in the OpenAPI; it comes from the Go types that the API server is built from. The output
// is sorted, and the same for the same input.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"log"
	"os"
	"sort"
	"strings"
)

func main() {
	log.SetFlags(0)
	dir := flag.String("dir", "", "folder with the OpenAPI v3 documents as JSON files")
	server := flag.String("server", "", "URL of an API server to read /openapi/v3 from, instead of -dir")
	token := flag.String("token", "", "bearer token for -server")
	ca := flag.String("ca", "", "file with the certificate authority of -server")
	flag.Parse()

	var documents map[string]*document
	var err error
	switch {
	case *server != "":
		documents, err = readServer(*server, *token, *ca)
	case *dir != "":
		documents, err = readFolder(*dir)
	default:
		log.Fatal("one of -dir and -server is needed")
	}
	if err != nil {
		log.Fatal(err)
	}
	if err := write(documents); err != nil {
		log.Fatal(err)
	}
}

// write prints the kinds, sorted, then every type that they reach, sorted.
func write(documents map[string]*document) error {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	fmt.Fprintln(out, "# The built-in kinds of Kubernetes. Written by bench/schema; do not edit. Its reader describes the format.")

	table := newTypes(documents)
	var kinds []string
	for _, kind := range kindsOf(documents) {
		table.reach(kind.root)
		table.learnZeros(kind)
		line := fmt.Sprintf("kind %s %s %s %s", kind.apiVersion(), kind.Kind, kind.plural, short(kind.root))
		for _, flag := range []struct {
			set  bool
			name string
		}{{kind.namespaced, "namespaced"}, {kind.strategic, "strategic"}, {kind.status, "status"}} {
			if flag.set {
				line += " " + flag.name
			}
		}
		kinds = append(kinds, line)
	}
	sort.Strings(kinds)
	for _, line := range kinds {
		fmt.Fprintln(out, line)
	}
	names := make([]string, 0, len(table.reached))
	for name := range table.reached {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool { return short(names[i]) < short(names[j]) })
	for i, name := range names {
		if i > 0 && short(name) == short(names[i-1]) {
			return fmt.Errorf("%s and %s have the same short name", names[i-1], name)
		}
		fmt.Fprintf(out, "type %s\n", short(name))
		lines, err := table.fields(name)
		if err != nil {
			return err
		}
		for _, line := range lines {
			fmt.Fprintln(out, line)
		}
	}
	return nil
}

// short leaves out the part of a type's name that is the same for all types of one Go module.
func short(name string) string {
	for _, prefix := range []string{
		"io.k8s.api.",
		"io.k8s.apimachinery.pkg.apis.",
		"io.k8s.apimachinery.pkg.",
		"io.k8s.apiextensions-apiserver.pkg.apis.",
		"io.k8s.kube-aggregator.pkg.apis.",
	} {
		if rest, found := strings.CutPrefix(name, prefix); found {
			return rest
		}
	}
	return name
}
