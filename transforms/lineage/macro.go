package lineage

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// macro is a scalar macro of the database: what it stands for is written out before anything else is done.
type macro struct {
	parameters []string
	body       node
}

// readFunctions finds the aggregate functions and the macros of the database; listing functions is slow, and done once.
func (r *Rewriter) readFunctions(ctx context.Context) error {
	rows, err := r.db.Query(ctx, `SELECT DISTINCT lower(function_name),
			CASE function_type WHEN 'macro' THEN lower(array_to_string(parameters, ',')) END, CASE function_type WHEN 'macro' THEN macro_definition END
		FROM duckdb_functions() WHERE function_type = 'aggregate' OR function_type = 'macro' AND NOT internal AND macro_definition IS NOT NULL`)
	if err != nil {
		return fmt.Errorf("list functions: %w", err)
	}
	defer rows.Close()
	r.macros = map[string]macro{}
	bodies := map[string]string{}
	for rows.Next() {
		var name string
		var parameters, body *string
		if err := rows.Scan(&name, &parameters, &body); err != nil {
			return fmt.Errorf("list functions: %w", err)
		}
		if body == nil {
			r.aggregates[name] = true
			continue
		}
		bodies[name] = *body
		if parameters != nil {
			r.macros[name] = macro{parameters: strings.FieldsFunc(*parameters, func(r rune) bool { return r == ',' })}
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("list functions: %w", err)
	}
	for name, body := range bodies {
		tree, err := r.parse(ctx, "SELECT "+body)
		if err != nil {
			return fmt.Errorf("read macro %s: %w", name, err)
		}
		if list := nodes(tree, "select_list"); len(list) == 1 {
			r.macros[name] = macro{parameters: r.macros[name].parameters, body: list[0]}
		} else {
			delete(r.macros, name)
		}
	}
	return nil
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
