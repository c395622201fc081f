package runlog

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// database is a database whose statements are written with ? for their parameters, whatever it takes itself.
type database struct {
	*sql.DB
	numbered bool // it takes $1, $2, ...
}

func (d database) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	return d.DB.ExecContext(ctx, marked(text, d.numbered), args...)
}

func (d database) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	return d.DB.QueryContext(ctx, marked(text, d.numbered), args...)
}

func (d database) QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row {
	return d.DB.QueryRowContext(ctx, marked(text, d.numbered), args...)
}

func (d database) BeginTx(ctx context.Context, opts *sql.TxOptions) (transaction, error) {
	tx, err := d.DB.BeginTx(ctx, opts)
	return transaction{tx, d.numbered}, err
}

// transaction is a transaction of a database.
type transaction struct {
	*sql.Tx
	numbered bool
}

func (t transaction) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	return t.Tx.ExecContext(ctx, marked(text, t.numbered), args...)
}

// marked gives a statement its parameters in the form of the database. None of ours has a ? that is something else.
func marked(text string, numbered bool) string {
	if !numbered {
		return text
	}
	var b strings.Builder
	n := 0
	for _, c := range text {
		if c != '?' {
			b.WriteRune(c)
			continue
		}
		n++
		fmt.Fprintf(&b, "$%d", n)
	}
	return b.String()
}
