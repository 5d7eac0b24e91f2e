// Command flux-engine applies a folder of manifests with Flux's own apply engine, github.com/fluxcd/pkg/ssa, called as Flux's
// kustomize-controller calls it. Everything around the engine is left out: fetching, building, decryption, health, status.
//
//	flux-engine -kubeconfig FILE -namespace NAMESPACE -dir FOLDER [-inventory FILE] [-concurrency N]
//
// It prints one line of JSON. The inventory, which Flux keeps in the status of its own object, is a file here: objects that it
// has and the folder has not are deleted, and it is written again.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fluxcd/pkg/ssa"
	"github.com/fluxcd/pkg/ssa/utils"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

type report struct {
	Seconds float64        `json:"seconds"`
	Actions map[string]int `json:"actions"`
}

type arguments struct {
	kubeconfig, namespace, dir, inventory string
	concurrency                           int
}

func main() {
	var args arguments
	flag.StringVar(&args.kubeconfig, "kubeconfig", "", "the cluster")
	flag.StringVar(&args.namespace, "namespace", "default", "the namespace of manifests that name none")
	flag.StringVar(&args.dir, "dir", "", "the folder of manifests")
	flag.StringVar(&args.inventory, "inventory", "", "the file that remembers what was applied; without it nothing is pruned")
	flag.IntVar(&args.concurrency, "concurrency", 0, "how many objects are applied at a time; without it as many as the engine does by default")
	flag.Parse()
	if err := run(context.Background(), args); err != nil {
		fmt.Fprintln(os.Stderr, "flux-engine:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args arguments) error {
	config, err := clientcmd.BuildConfigFromFlags("", args.kubeconfig)
	if err != nil {
		return err
	}
	// Flux's controllers do not limit themselves where the server has API Priority and Fairness, and it has.
	config.QPS, config.Burst = -1, -1
	kube, err := client.New(config, client.Options{})
	if err != nil {
		return err
	}
	started := time.Now()
	objects, err := readObjects(args.dir)
	if err != nil {
		return err
	}
	for _, object := range objects {
		if object.GetNamespace() == "" {
			object.SetNamespace(args.namespace)
		}
	}
	manager := ssa.NewResourceManager(kube, nil, ssa.Owner{Field: "kustomize-controller", Group: "kustomize.toolkit.fluxcd.io"})
	if args.concurrency > 0 {
		manager.SetConcurrency(args.concurrency)
	}
	manager.SetOwnerLabels(objects, "bench", args.namespace)
	changes, err := manager.ApplyAllStaged(ctx, objects, ssa.DefaultApplyOptions())
	if err != nil {
		return err
	}
	if args.inventory != "" {
		pruned, err := prune(ctx, manager, args, objects)
		if err != nil {
			return err
		}
		changes.Append(pruned.Entries)
	}
	result := report{Seconds: time.Since(started).Seconds(), Actions: map[string]int{}}
	for _, entry := range changes.Entries {
		result.Actions[string(entry.Action)]++
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}

// readObjects reads every .yaml, .yml and .json file below a folder.
func readObjects(dir string) ([]*unstructured.Unstructured, error) {
	var objects []*unstructured.Unstructured
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		switch strings.ToLower(filepath.Ext(path)) {
		case ".yaml", ".yml", ".json":
		default:
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		found, err := utils.ReadObjects(bytes.NewReader(content))
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		objects = append(objects, found...)
		return nil
	})
	return objects, err
}

type identity struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace"`
	Name       string `json:"name"`
}

// prune deletes the objects of the inventory that are not among the given ones, and writes the new inventory.
func prune(ctx context.Context, manager *ssa.ResourceManager, args arguments, objects []*unstructured.Unstructured) (*ssa.ChangeSet, error) {
	known := map[identity]bool{}
	var current, before []identity
	for _, object := range objects {
		id := identity{object.GetAPIVersion(), object.GetKind(), object.GetNamespace(), object.GetName()}
		known[id] = true
		current = append(current, id)
	}
	content, err := os.ReadFile(args.inventory)
	if err == nil {
		err = json.Unmarshal(content, &before)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var stale []*unstructured.Unstructured
	for _, id := range before {
		if known[id] {
			continue
		}
		object := &unstructured.Unstructured{}
		object.SetAPIVersion(id.APIVersion)
		object.SetKind(id.Kind)
		object.SetNamespace(id.Namespace)
		object.SetName(id.Name)
		stale = append(stale, object)
	}
	options := ssa.DefaultDeleteOptions()
	options.Inclusions = manager.GetOwnerLabels("bench", args.namespace)
	changes, err := manager.DeleteAll(ctx, stale, options)
	if err != nil {
		return nil, err
	}
	if content, err = json.Marshal(current); err != nil {
		return nil, err
	}
	return changes, os.WriteFile(args.inventory, content, 0o600)
}
