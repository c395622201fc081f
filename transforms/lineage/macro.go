package lineage

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/statloom/statloom/pipeline/duck"
)

// macro is a scalar macro of the database: what it stands for is written out before anything else is done.
type macro struct {
	parameters []string
	body       node
}

func readMacros(ctx context.Context, db *duck.DB) (map[string]macro, error) {
	rows, err := db.Query(ctx, `SELECT lower(function_name), lower(array_to_string(parameters, ',')), macro_definition FROM duckdb_functions()
		WHERE function_type = 'macro' AND NOT internal AND macro_definition IS NOT NULL`)
	if err != nil {
		return nil, fmt.Errorf("list macros: %w", err)
	}
	defer rows.Close()
	texts := map[string][2]string{}
	for rows.Next() {
		var name, parameters, body string
		if err := rows.Scan(&name, &parameters, &body); err != nil {
			return nil, fmt.Errorf("list macros: %w", err)
		}
		texts[name] = [2]string{parameters, body}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list macros: %w", err)
	}
	macros := map[string]macro{}
	for name, t := range texts {
		tree, err := parse(ctx, db, "SELECT "+t[1])
		if err != nil {
			return nil, fmt.Errorf("read macro %s: %w", name, err)
		}
		if list := nodes(tree, "select_list"); len(list) == 1 {
			macros[name] = macro{parameters: strings.FieldsFunc(t[0], func(r rune) bool { return r == ',' }), body: list[0]}
		}
	}
	return macros, nil
}

// expandMacros writes the macros in a SELECT out, in place; queries within it see to their own.
func (w *writing) expandMacros(n node) error {
	var err error
	for _, part := range []string{"select_list", "group_expressions", "having", "qualify"} {
		walk(n[part], func(e node) bool {
			for range maxMacros {
				m, ok := w.macros[strings.ToLower(text(e, "function_name"))]
				if text(e, "class") != "FUNCTION" || !ok || operatorNode(e) {
					return true
				}
				m.replace(e)
			}
			err = refuse("take the recursion out", "a macro stands for itself")
			return false
		})
	}
	return err
}

const maxMacros = 20

// replace puts what a macro stands for in the place of its call.
func (m macro) replace(e node) {
	args, alias := nodes(e, "children"), e["alias"]
	name := text(e, "function_name")
	body := clone(m.body)
	substitute := func(n node) bool {
		names := list(n, "column_names")
		if text(n, "class") != "COLUMN_REF" || len(names) != 1 {
			return true
		}
		parameter, _ := names[0].(string)
		if i := slices.Index(m.parameters, strings.ToLower(parameter)); i >= 0 && i < len(args) {
			arg := clone(args[i])
			clear(n)
			for k, v := range arg {
				n[k] = v
			}
		}
		return false
	}
	walk(body, substitute)
	clear(e)
	for k, v := range body {
		e[k] = v
	}
	if alias == "" {
		alias = name // the column keeps its name
	}
	e["alias"] = alias
}
