package kind

import (
	"reflect"
	"strconv"
	"strings"
)

// Field is one key of an options struct, as its tags describe it. The `yaml` tag names the key. A key must be given
// when the `json` tag names it without omitempty, or the `jsonschema` tag says required, unless there is a default. The
// `jsonschema` tag also gives description, enum, default, minimum, maximum, minItems; a description may hold commas.
type Field struct {
	Key      string
	Index    []int // as reflect.Value.FieldByIndex takes it
	Type     reflect.Type
	Required bool
	Enum     []string
	Default  string // as it would be written; empty when there is none
	Minimum  *float64
	Maximum  *float64
	MinItems int
	Doc      string
}

// Fields lists the keys of a struct, those of inlined structs included.
func Fields(t reflect.Type) []Field {
	var fields []Field
	for i := range t.NumField() {
		sf := t.Field(i)
		name, options, _ := strings.Cut(sf.Tag.Get("yaml"), ",")
		if name == "-" || !sf.IsExported() {
			continue
		}
		if sf.Type.Kind() == reflect.Struct && (sf.Anonymous && name == "" || strings.Contains(options, "inline")) {
			for _, f := range Fields(sf.Type) {
				f.Index = append([]int{i}, f.Index...)
				fields = append(fields, f)
			}
			continue
		}
		if name == "" {
			name = strings.ToLower(sf.Name)
		}
		f := Field{Key: name, Index: []int{i}, Type: sf.Type}
		jsonName, jsonOptions, _ := strings.Cut(sf.Tag.Get("json"), ",")
		f.Required = jsonName != "" && jsonName != "-" && !strings.Contains(jsonOptions, "omit")
		f.describe(sf.Tag.Get("jsonschema"))
		if f.Default != "" {
			f.Required = false
		}
		fields = append(fields, f)
	}
	return fields
}

// Keys lists the fields' keys.
func Keys(fields []Field) []string {
	keys := make([]string, len(fields))
	for i, f := range fields {
		keys[i] = f.Key
	}
	return keys
}

// describe reads a jsonschema tag. A part that does not begin like a setting continues the description before it.
func (f *Field) describe(tag string) {
	inDoc := false
	for part := range strings.SplitSeq(tag, ",") {
		name, value, _ := strings.Cut(part, "=")
		was := inDoc
		inDoc = false
		switch name {
		case "description":
			f.Doc, inDoc = value, true
		case "enum":
			f.Enum = append(f.Enum, value)
		case "default":
			f.Default = value
		case "minimum":
			f.Minimum = number(value)
		case "maximum":
			f.Maximum = number(value)
		case "minItems":
			f.MinItems, _ = strconv.Atoi(value)
		case "required":
			f.Required = true
		default:
			if was {
				f.Doc, inDoc = strings.TrimSuffix(f.Doc, `\`)+","+part, true
			}
		}
	}
}

func number(s string) *float64 {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil
	}
	return &x
}
