package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"slices"

	"go.yaml.in/yaml/v4"
)

// digest hashes the document, without comments and with its keys in alphabetical order, and the files it names.
func digest(top *yaml.Node, files map[string][]byte) string {
	h := sha256.New()
	digestNode(h, top)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "file %q %x\n", name, sha256.Sum256(files[name]))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// withoutOperation leaves out what plays no part in what a release holds: when and where it is made, who hears of it and how
// it is reached.
func withoutOperation(top *yaml.Node) *yaml.Node {
	out := without(top, "schedule", "serve", "alerts", "observe", "keep_runs", "state", "lake", "releases")
	for i := 0; i+1 < len(out.Content); i += 2 {
		list := out.Content[i+1]
		if out.Content[i].Value != "sources" || list.Kind != yaml.SequenceNode {
			continue
		}
		for j, source := range list.Content {
			list.Content[j] = without(source, "schedule")
		}
	}
	return out
}

// without gives a mapping less some of its keys; other nodes are left as they are.
func without(n *yaml.Node, keys ...string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return n
	}
	_, rest := split(n, keys)
	return rest
}

// digestNode writes a node so that different trees give different text: everything is quoted or counted.
func digestNode(h hash.Hash, n *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		values := map[string]*yaml.Node{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			values[n.Content[i].Value] = n.Content[i+1]
		}
		fmt.Fprintf(h, "map %d\n", len(values))
		for _, key := range slices.Sorted(maps.Keys(values)) {
			fmt.Fprintf(h, "%q\n", key)
			digestNode(h, values[key])
		}
	case yaml.SequenceNode:
		fmt.Fprintf(h, "list %d\n", len(n.Content))
		for _, c := range n.Content {
			digestNode(h, c)
		}
	default:
		fmt.Fprintf(h, "%q\n", n.Value)
	}
}
