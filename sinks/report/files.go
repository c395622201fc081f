package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
)

// put writes a file of the site; its folder is made if need be.
func (w *writer) put(name string, content []byte) error {
	full := filepath.Join(w.dir, filepath.FromSlash(name))
	if dir := path.Dir(name); !w.made[dir] {
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			return fmt.Errorf("make folder %s: %w", dir, err)
		}
		w.made[dir] = true
	}
	if err := os.WriteFile(full, content, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// script wraps data as a script that hands it to the pages. Browsers let a page on a disk load scripts, but nothing else.
// JSON that Go writes is a JavaScript expression too: it escapes U+2028, U+2029 and what HTML might take for markup.
func script(name string, data []byte) []byte {
	var b bytes.Buffer
	b.Grow(len(data) + len(name) + 32)
	quoted, _ := json.Marshal(name) // a string always can
	b.WriteString("statloom.put(")
	b.Write(quoted)
	b.WriteByte(',')
	b.Write(data)
	b.WriteString(");\n")
	return b.Bytes()
}

// data writes what pages load by a name.
func (w *writer) data(name string, v any) error {
	content, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return w.put("data/"+name+".js", script(name, content))
}

var plainID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_]{0,63}$`)

// fileName makes the name of a file of an id: the id itself where that is harmless on every system.
func fileName(id string) string {
	if plainID.MatchString(id) {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return "x-" + hex.EncodeToString(sum[:12])
}

// index numbers distinct values in the order they come.
type index struct {
	list []string
	at   map[string]int
}

func (x *index) of(value string) int {
	if x.at == nil {
		x.at = map[string]int{}
	}
	i, ok := x.at[value]
	if !ok {
		i = len(x.list)
		x.at[value] = i
		x.list = append(x.list, value)
	}
	return i
}

// values gives the list as JSON takes it.
func (x *index) values() []string {
	if x.list == nil {
		return []string{}
	}
	return x.list
}
