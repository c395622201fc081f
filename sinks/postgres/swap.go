package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/statloom/statloom/pipeline/fault"
)

// patience is how long the swap waits for readers of the release before the last, which goes now.
const patience = "60s"

// swap puts the new schema in place of the old one, within the transaction: grants are kept, and views that others made over
// the release show the new one from then on.
func (s *sink) swap(ctx context.Context) error {
	if err := s.run(ctx, "SET LOCAL lock_timeout = "+literal(patience)); err != nil {
		return err
	}
	var views []view
	if s.replaced {
		if err := s.keepGrants(ctx); err != nil {
			return err
		}
		var err error
		if views, err = s.views(ctx, s.options.Schema); err != nil {
			return err
		}
		if err := s.dropBefore(ctx); err != nil {
			return err
		}
		if err := s.run(ctx, "ALTER SCHEMA "+ident(s.options.Schema)+" RENAME TO "+ident(s.before())); err != nil {
			return err
		}
	}
	if err := s.run(ctx, "ALTER SCHEMA "+ident(s.next())+" RENAME TO "+ident(s.options.Schema)); err != nil {
		return err
	}
	return s.rebind(ctx, views)
}

func (s *sink) run(ctx context.Context, sql string) error {
	if _, err := s.tx.Exec(ctx, sql); err != nil {
		return fmt.Errorf("swap the schemas: %w", err)
	}
	return nil
}

// dropBefore removes the release before the last. What others hung on it would go with it, so it stays if there is any.
func (s *sink) dropBefore(ctx context.Context) error {
	views, err := s.views(ctx, s.before())
	if err != nil {
		return err
	}
	if len(views) > 0 {
		return &fault.Error{Kind: fault.Config, What: fmt.Sprintf("the view %s shows the schema %s, which is to go", views[0].name, s.before()), Remedy: "make it over the schema " + s.options.Schema}
	}
	return s.run(ctx, "DROP SCHEMA IF EXISTS "+ident(s.before())+" CASCADE")
}

// view is a view of somebody else's.
type view struct {
	name, definition string
	materialized     bool
}

// views lists the views outside a schema that hang on its tables, directly or over other views, in the order they were made.
func (s *sink) views(ctx context.Context, schema string) ([]view, error) {
	rows, err := s.tx.Query(ctx, `
		WITH RECURSIVE hanging AS (
			SELECT r.ev_class AS oid FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
			JOIN pg_class c ON c.oid = d.refobjid JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND n.nspname = $1 AND r.ev_class <> d.refobjid
			UNION
			SELECT r.ev_class FROM hanging h JOIN pg_depend d ON d.refobjid = h.oid AND d.refclassid = 'pg_class'::regclass
			JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass WHERE r.ev_class <> h.oid
		)
		SELECT format('%I.%I', n.nspname, c.relname), pg_get_viewdef(c.oid), c.relkind = 'm'
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.oid IN (SELECT oid FROM hanging) AND n.nspname <> $1 ORDER BY c.oid`, schema)
	if err != nil {
		return nil, fmt.Errorf("list the views over the schema %s: %w", schema, err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (v view, err error) {
		return v, row.Scan(&v.name, &v.definition, &v.materialized)
	})
	if err != nil {
		return nil, fmt.Errorf("list the views over the schema %s: %w", schema, err)
	}
	return found, nil
}

// rebind makes views anew, over the tables that now bear the names they were made with. Their owners and grants stay.
func (s *sink) rebind(ctx context.Context, views []view) error {
	for _, v := range views {
		remedy := "drop it, and make it again after the run"
		if v.materialized {
			return &fault.Error{Kind: fault.Config, What: fmt.Sprintf("the materialized view %s holds on to the release that is to be replaced", v.name), Remedy: remedy + ", or make it a plain view"}
		}
		if _, err := s.tx.Exec(ctx, "CREATE OR REPLACE VIEW "+v.name+" AS "+v.definition); err != nil {
			return &fault.Error{Kind: fault.Config, What: fmt.Sprintf("the view %s does not fit the new release", v.name), Err: err, Remedy: remedy}
		}
	}
	return nil
}

// keepGrants gives the new schema the grants of the old one, and each table those of the table of its name. A table that is
// new gets what all tables had.
func (s *sink) keepGrants(ctx context.Context) error {
	rows, err := s.tx.Query(ctx, `
		SELECT '' AS relname, a.privilege_type, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END, a.is_grantable, true AS all_have
		FROM pg_namespace n, aclexplode(n.nspacl) a WHERE n.nspname = $1 AND a.grantee <> n.nspowner
		UNION ALL
		SELECT c.relname, a.privilege_type, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END, a.is_grantable,
			count(*) OVER (PARTITION BY a.privilege_type, a.grantee) = (SELECT count(*) FROM pg_class t WHERE t.relnamespace = n.oid AND t.relkind = 'r')
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a
		WHERE n.nspname = $1 AND c.relkind = 'r' AND a.grantee <> c.relowner`, s.options.Schema)
	if err != nil {
		return fmt.Errorf("read the grants of the schema %s: %w", s.options.Schema, err)
	}
	var table, privilege, role string
	var again, all bool
	had, common, statements := map[string]bool{}, map[string]bool{}, []string{}
	_, err = pgx.ForEachRow(rows, []any{&table, &privilege, &role, &again, &all}, func() error {
		grant := func(on string) string {
			text := "GRANT " + privilege + " ON " + on + " TO " + role
			if again {
				text += " WITH GRANT OPTION"
			}
			return text
		}
		switch {
		case table == "":
			statements = append(statements, grant("SCHEMA "+ident(s.next())))
			return nil
		case s.seen[table]:
			statements = append(statements, grant(s.qualified(table)))
		}
		had[table] = true
		if all {
			common[strings.Replace(grant("\x00"), " WITH GRANT OPTION", "", 1)] = true
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the grants of the schema %s: %w", s.options.Schema, err)
	}
	for name := range s.seen {
		if had[name] {
			continue
		}
		for g := range common {
			statements = append(statements, strings.Replace(g, "\x00", s.qualified(name), 1))
		}
	}
	for _, g := range statements {
		if _, err := s.tx.Exec(ctx, g); err != nil {
			return fmt.Errorf("keep a grant: %w", err)
		}
	}
	return nil
}

// restore undoes a swap that was committed.
func (s *sink) restore(ctx context.Context) (err error) {
	if err := s.connect(ctx); err != nil {
		return err
	}
	defer func() {
		if e := s.close(ctx); err == nil {
			err = e
		}
	}()
	if s.tx, err = s.conn.Begin(ctx); err != nil {
		return err
	}
	views, err := s.views(ctx, s.options.Schema)
	if err != nil {
		return err
	}
	gone := s.next() // a name that is free: nothing of ours stands under it between runs
	if err := s.run(ctx, "ALTER SCHEMA "+ident(s.options.Schema)+" RENAME TO "+ident(gone)); err != nil {
		return err
	}
	if s.replaced {
		if err := s.run(ctx, "ALTER SCHEMA "+ident(s.before())+" RENAME TO "+ident(s.options.Schema)); err != nil {
			return err
		}
		if err := s.rebind(ctx, views); err != nil {
			return err
		}
	}
	if err := s.run(ctx, "DROP SCHEMA "+ident(gone)+" CASCADE"); err != nil {
		return err
	}
	return s.tx.Commit(ctx)
}
