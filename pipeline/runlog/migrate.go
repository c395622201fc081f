package runlog

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/statloom/statloom/pipeline/fault"
)

// Each file of schema/ takes the schema one version further; its number is the version. A published file never changes.
//
//go:embed schema/*.sql
var schema embed.FS

// migrate brings the schema up to date in one transaction, which also keeps a second process out meanwhile.
func migrate(ctx context.Context, db *sql.DB, path string) error {
	files, err := fs.Glob(schema, "schema/*.sql")
	if err != nil {
		return fmt.Errorf("list run log schema: %w", err)
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("open run log %s: %w", path, err)
	}
	defer tx.Rollback()

	const table = `CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER PRIMARY KEY, file TEXT NOT NULL) STRICT`
	if _, err := tx.ExecContext(ctx, table); err != nil {
		return fmt.Errorf("open run log %s: %w", path, err)
	}
	var version int
	if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM schema_versions`).Scan(&version); err != nil {
		return fmt.Errorf("read run log version: %w", err)
	}
	if version > len(files) {
		return &fault.Error{
			Kind: fault.Failed, File: path,
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
		const note = `INSERT INTO schema_versions (version, file) VALUES (?, ?)`
		if _, err := tx.ExecContext(ctx, note, version+1, files[version]); err != nil {
			return fmt.Errorf("record run log version: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("open run log %s: %w", path, err)
	}
	return nil
}
