package duck

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// WriteDatabase writes all tables but the staging ones, all views, macros and comments into a fresh file. It works on
// one thread, so that blocks come in the same order each time, and keeps the order of rows. There is no log beside it: a
// file that was not finished is thrown away, not recovered.
func (db *DB) WriteDatabase(ctx context.Context, path string) error {
	db.writing.Lock()
	defer db.writing.Unlock()
	err := durably(path, func(partial string) error { return db.writeDatabase(ctx, partial) })
	if err != nil {
		return fmt.Errorf("write database: %w", whole(ctx, err))
	}
	return nil
}

func (db *DB) writeDatabase(ctx context.Context, path string) (err error) {
	conn, err := db.connect(ctx, catalog)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	tables, staging, err := db.tables(ctx)
	if err != nil {
		return err
	}
	threads, err := db.count(ctx, "SELECT current_setting('threads')")
	if err != nil {
		return err
	}
	copyName := fmt.Sprintf("copy_%d", db.seq.Add(1))
	out := Ident(copyName)
	always := context.WithoutCancel(ctx)
	attach := fmt.Sprintf("SET GLOBAL threads = 1; ATTACH %s AS %s (STORAGE_VERSION %s, RECOVERY_MODE no_wal_writes)", Literal(path), out, Literal(StorageVersion))
	if err = exec(ctx, conn, attach); err == nil {
		err = fill(ctx, conn, out, tables, staging)
		detachErr := exec(always, conn, "DETACH "+out)
		err = errors.Join(err, detachErr)
	}
	resetErr := exec(always, conn, fmt.Sprintf("SET GLOBAL threads = %d", threads))
	return errors.Join(err, resetErr)
}

// fill copies the definitions, then the rows, and leaves no free space in the file.
func fill(ctx context.Context, conn driver.Conn, out string, tables, staging []string) error {
	statements := []string{"COPY FROM DATABASE " + Ident(catalog) + " TO " + out + " (SCHEMA)"}
	for _, t := range staging {
		statements = append(statements, "DROP TABLE "+out+".main."+Ident(t))
	}
	statements = append(statements, "BEGIN")
	for _, t := range tables {
		statements = append(statements, fmt.Sprintf("INSERT INTO %s.main.%s SELECT * FROM %s.main.%[2]s", out, Ident(t), Ident(catalog)))
	}
	statements = append(statements, "COMMIT", "CHECKPOINT "+out)
	for _, s := range statements {
		if err := exec(ctx, conn, s); err != nil {
			if s != "BEGIN" {
				_ = exec(context.WithoutCancel(ctx), conn, "ROLLBACK") // there may be no transaction
			}
			return err
		}
	}
	return nil
}

// tables lists the tables of the release and the staging ones, each sorted by name.
func (db *DB) tables(ctx context.Context) (tables, staging []string, err error) {
	rows, err := db.Query(ctx, `SELECT table_name FROM duckdb_tables() WHERE database_name = ? AND schema_name = 'main' ORDER BY 1`, catalog)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, nil, err
		}
		if strings.HasSuffix(name, rawName("")) {
			staging = append(staging, name)
		} else {
			tables = append(tables, name)
		}
	}
	return tables, staging, rows.Err()
}

// durably has a file written beside its place and moves it there once it is safe on disk; the place must be free.
// After an error nothing is left of it.
func durably(path string, write func(partial string) error) (err error) {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s: %w", path, fs.ErrExist)
	}
	partial := path + ".partial"
	remove := func() {
		_ = os.Remove(partial)
		_ = os.Remove(partial + ".wal")
	}
	remove() // what a killed process may have left
	defer func() {
		if err != nil {
			remove()
		}
	}()
	if err := write(partial); err != nil {
		return err
	}
	if err := syncFile(partial); err != nil {
		return err
	}
	if err := os.Rename(partial, path); err != nil {
		return err
	}
	return syncFile(filepath.Dir(path))
}

// syncFile makes a file or folder durable.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
