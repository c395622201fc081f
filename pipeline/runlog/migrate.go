package runlog

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/statloom/statloom/pipeline/fault"
)

// Each file of schema/ takes the schema one version further; its number is the version. A published file never changes.
// Those of schema/postgres do the same there.
//
//go:embed schema/*.sql schema/postgres/*.sql
var schema embed.FS

// tables is how a kind of database wants things said.
type tables struct {
	files    string // of the schema
	versions string // makes the table of versions
	lock     string // keeps a second process out until the transaction ends; empty: the transaction itself does
}

var sqliteTables = tables{
	files:    "schema/*.sql",
	versions: `CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER PRIMARY KEY, file TEXT NOT NULL) STRICT`,
}

// migrate brings the schema up to date in one transaction, which also keeps a second process out meanwhile.
func (l *Log) migrate(ctx context.Context, place string) error {
	files, err := fs.Glob(schema, l.tables.files)
	if err != nil {
		return fmt.Errorf("list run log schema: %w", err)
	}
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("open run log %s: %w", place, err)
	}
	defer tx.Rollback()
	for _, text := range []string{l.tables.lock, l.tables.versions} {
		if text == "" {
			continue
		}
		if _, err := tx.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("open run log %s: %w", place, err)
		}
	}
	var version int
	if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM schema_versions`).Scan(&version); err != nil {
		return fmt.Errorf("read run log version: %w", err)
	}
	if version > len(files) {
		return &fault.Error{
			Kind: fault.Failed, File: place,
			What:   fmt.Sprintf("the run log has schema version %d, this program knows up to %d", version, len(files)),
			Remedy: "use the newer statloom that wrote it",
		}
	}
	for ; version < len(files); version++ {
		text, err := schema.ReadFile(files[version])
		if err != nil {
			return fmt.Errorf("read run log schema: %w", err)
		}
		if _, err := tx.ExecContext(ctx, string(text)); err != nil {
			return fmt.Errorf("apply %s to run log: %w", files[version], err)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO schema_versions (version, file) VALUES (?, ?)`, version+1, files[version]); err != nil {
			return fmt.Errorf("record run log version: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("open run log %s: %w", place, err)
	}
	return nil
}
