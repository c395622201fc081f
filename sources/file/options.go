// Package file is the kind of source that reads books from folders and ZIP archives on this machine.
package file

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/statloom/statloom/pipeline/kind"
	"github.com/statloom/statloom/sources"
)

// Options say which files are books.
type Options struct {
	Paths     kind.Strings `yaml:"paths" json:"paths" jsonschema:"description=Files; folders; patterns with * ? [a-z] and ** (any number of folders). Relative to the configuration's folder. A ZIP archive stands for the books in it,minItems=1"`
	Recursive bool         `yaml:"recursive" json:"recursive,omitempty" jsonschema:"description=Folders among the paths are read with all folders below them,default=false"`
	Members   kind.Strings `yaml:"members" json:"members,omitempty" jsonschema:"description=Patterns for the names of books in ZIP archives (case does not matter). A pattern with / is compared with the whole path in the archive. Default: *.xlsx *.xlsm *.xls *.ods *.csv *.px"`
	Required  bool         `yaml:"required" json:"required,omitempty" jsonschema:"description=A path that finds nothing is an error,default=true"`
	MaxBytes  kind.Bytes   `yaml:"max_bytes" json:"max_bytes,omitempty" jsonschema:"description=Largest size of a book or an archive,default=512MiB"`
}

// Kind is how the configuration asks for this source.
func Kind() kind.Kind[sources.Source] {
	return kind.New("file", "Reads books from folders and ZIP archives on this machine.", defaults,
		func(_ context.Context, env kind.Env, o Options) (sources.Source, error) { return New(env, o) })
}

func defaults() Options {
	return Options{
		Members:  kind.Strings{"*.xlsx", "*.xlsm", "*.xls", "*.ods", "*.csv", "*.px"},
		Required: true,
		MaxBytes: 512 << 20,
	}
}

// Check finds what is wrong with options that decode.
func (o Options) Check() []kind.Complaint {
	var found []kind.Complaint
	complain := func(key, what, want string) {
		found = append(found, kind.Complaint{Key: key, What: what, Want: want})
	}
	if len(o.Paths) == 0 {
		complain("paths", "no path is given", "at least one file, folder or pattern")
	}
	for i, p := range o.Paths {
		if p == "" {
			complain(fmt.Sprintf("paths[%d]", i), "the path is empty", "a file, folder or pattern")
		} else if badPattern(filepath.ToSlash(p)) {
			complain(fmt.Sprintf("paths[%d]", i), fmt.Sprintf("%q is not a valid pattern", p), "each [ closed by ]")
		}
	}
	if len(o.Members) == 0 {
		complain("members", "no pattern is given", "patterns such as *.xlsx")
	}
	for i, p := range o.Members {
		if p == "" || badPattern(p) {
			complain(fmt.Sprintf("members[%d]", i), fmt.Sprintf("%q is not a valid pattern", p), "a pattern such as *.xlsx")
		}
	}
	if o.MaxBytes < 1 {
		complain("max_bytes", "the limit is not positive", "a size such as 512MiB")
	}
	return found
}

func badPattern(pattern string) bool {
	for segment := range strings.SplitSeq(pattern, "/") {
		if _, err := path.Match(segment, ""); err != nil {
			return true
		}
	}
	return false
}
