package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
)

// Mail tells by mail.
type Mail struct {
	Host     string
	Port     int
	TLS      string // starttls, tls or none
	CA       []byte // certificates (PEM) to trust besides those of the system
	User     string
	Password string
	From     string
	To       []string
	On       []string // kinds of alerts; empty: all
	Language string
	Zone     *time.Location
	Now      func() time.Time
}

// Name implements Channel.
func (m Mail) Name() string { return "mail to " + strings.Join(m.To, ", ") }

// Wants implements Channel.
func (m Mail) Wants(kind string) bool { return wants(m.On, kind) }

func wants(on []string, kind string) bool { return len(on) == 0 || slices.Contains(on, kind) }

// Send implements Channel.
func (m Mail) Send(ctx context.Context, a Alert) error {
	text, err := Compose(a, m.Language, m.Zone)
	if err != nil {
		return err
	}
	msg := mail.NewMsg()
	if err := errors.Join(msg.From(m.From), msg.To(m.To...)); err != nil {
		return fmt.Errorf("address the mail: %w", err)
	}
	msg.Subject(text.Subject)
	msg.SetDateWithValue(m.Now())
	msg.SetMessageID()
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // so that nobody's absence note comes back
	msg.SetBodyString(mail.TypeTextPlain, text.Body)
	return again(ctx, func() error { return m.send(ctx, msg) }, func(err error) bool {
		var refused *mail.SendError
		var network *net.OpError
		return errors.As(err, &refused) && refused.IsTemp() || errors.As(err, &network) && network.Op == "dial" || errors.Is(err, io.EOF)
	})
}

// send sends a mail on a connection of its own. The client leaves the connection open when the two cannot agree on how to
// make it safe, so it is closed here.
func (m Mail) send(ctx context.Context, msg *mail.Msg) error {
	ctx, cancel := context.WithTimeout(ctx, slowest)
	defer cancel()
	var conn net.Conn
	defer func() {
		if conn != nil {
			_ = conn.Close() // it is closed already when all went well
		}
	}()
	client, err := m.client(func(ctx context.Context, c *tls.Config, network, address string) (_ net.Conn, err error) {
		if m.TLS == "tls" {
			conn, err = (&tls.Dialer{Config: c}).DialContext(ctx, network, address)
		} else {
			conn, err = new(net.Dialer).DialContext(ctx, network, address)
		}
		return conn, err
	})
	if err != nil {
		return err
	}
	return client.DialAndSendWithContext(ctx, msg)
}

func (m Mail) client(dial func(ctx context.Context, c *tls.Config, network, address string) (net.Conn, error)) (*mail.Client, error) {
	trust := &tls.Config{ServerName: m.Host, MinVersion: tls.VersionTLS12}
	if len(m.CA) > 0 {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(m.CA) {
			return nil, errors.New("the file of certificates holds none")
		}
		trust.RootCAs = pool
	}
	options := []mail.Option{mail.WithPort(m.Port), mail.WithTLSConfig(trust), mail.WithTimeout(slowest / 2),
		mail.WithDialContextFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
			return dial(ctx, trust, network, address)
		})}
	switch m.TLS {
	case "tls":
		options = append(options, mail.WithSSL())
	case "none":
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if m.User != "" {
		options = append(options, mail.WithUsername(m.User), mail.WithPassword(m.Password), mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover))
	}
	client, err := mail.NewClient(m.Host, options...)
	if err != nil {
		return nil, fmt.Errorf("set up the mail server: %w", err)
	}
	return client, nil
}

// tries is how often a message is sent that fails for a passing reason, and pause how long is waited before the next time.
const (
	tries = 3
	pause = 2 * time.Second
)

// again does something up to a few times, as long as its error may pass.
func again(ctx context.Context, do func() error, passing func(error) bool) error {
	for try := 1; ; try++ {
		err := do()
		if err == nil || try == tries || !passing(err) {
			return err
		}
		timer := time.NewTimer(time.Duration(try) * pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
}
