package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
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
	client, err := m.client()
	if err != nil {
		return err
	}
	return again(ctx, func() error { return client.DialAndSendWithContext(ctx, msg) }, func(err error) bool {
		var refused *mail.SendError
		return !errors.As(err, &refused) || refused.IsTemp()
	})
}

func (m Mail) client() (*mail.Client, error) {
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
	options := []mail.Option{mail.WithPort(m.Port), mail.WithTLSConfig(trust), mail.WithTimeout(slowest / 2)}
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
