package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// document is the part of one group version's OpenAPI v3 document that the table needs.
type document struct {
	Paths      map[string]map[string]json.RawMessage `json:"paths"`
	Components struct {
		Schemas map[string]*schema `json:"schemas"`
	} `json:"components"`
}

type schema struct {
	Ref                  string             `json:"$ref"`
	AllOf                []schema           `json:"allOf"`
	Type                 string             `json:"type"`
	Format               string             `json:"format"`
	Items                *schema            `json:"items"`
	AdditionalProperties *schema            `json:"additionalProperties"`
	Properties           map[string]*schema `json:"properties"`
	PatchStrategy        string             `json:"x-kubernetes-patch-strategy"`
	PatchMergeKey        string             `json:"x-kubernetes-patch-merge-key"`
	Kinds                []gvk              `json:"x-kubernetes-group-version-kind"`
}

type gvk struct {
	Group, Version, Kind string
}

type operation struct {
	Kind        gvk `json:"x-kubernetes-group-version-kind"`
	RequestBody struct {
		Content map[string]json.RawMessage `json:"content"`
	} `json:"requestBody"`
}

// readFolder reads every api__*.json and apis__*.json; the key is the group version, such as "apis/apps/v1".
func readFolder(dir string) (map[string]*document, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*_openapi.json"))
	if err != nil {
		return nil, err
	}
	documents := map[string]*document{}
	for _, file := range files {
		name := strings.ReplaceAll(strings.TrimSuffix(filepath.Base(file), "_openapi.json"), "__", "/")
		if !isGroupVersion(name) {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		documents[name] = &document{}
		if err := json.Unmarshal(data, documents[name]); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	if len(documents) == 0 {
		return nil, fmt.Errorf("no OpenAPI v3 documents in %s", dir)
	}
	return documents, nil
}

// readServer reads the index at /openapi/v3 and every group version that it names.
func readServer(server, token, ca string) (map[string]*document, error) {
	client := &http.Client{}
	if ca != "" {
		pem, err := os.ReadFile(ca)
		if err != nil {
			return nil, err
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(pem)
		client.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	}
	get := func(path string, into any) error {
		request, err := http.NewRequest(http.MethodGet, strings.TrimSuffix(server, "/")+path, nil)
		if err != nil {
			return err
		}
		request.Header.Set("Accept", "application/json")
		if token != "" {
			request.Header.Set("Authorization", "Bearer "+token)
		}
		response, err := client.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("GET %s: %s", path, response.Status)
		}
		return json.NewDecoder(response.Body).Decode(into)
	}
	var index struct {
		Paths map[string]struct {
			ServerRelativeURL string `json:"serverRelativeURL"`
		} `json:"paths"`
	}
	if err := get("/openapi/v3", &index); err != nil {
		return nil, err
	}
	documents := map[string]*document{}
	for name, entry := range index.Paths {
		if !isGroupVersion(name) {
			continue
		}
		documents[name] = &document{}
		if err := get(entry.ServerRelativeURL, documents[name]); err != nil {
			return nil, err
		}
	}
	return documents, nil
}

// isGroupVersion tells "api/v1" and "apis/GROUP/VERSION" from "version", "apis/GROUP" and the like.
func isGroupVersion(name string) bool {
	parts := strings.Split(name, "/")
	return parts[0] == "api" && len(parts) == 2 || parts[0] == "apis" && len(parts) == 3
}
