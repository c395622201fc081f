package notify_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/statloom/statloom/pipeline/notify"
)

// post is a mail server of a test: it speaks as much SMTP as is needed, and remembers what it got.
type post struct {
	t        *testing.T
	listener net.Listener
	cert     tls.Certificate
	pem      []byte
	direct   bool // TLS from the start
	plain    bool // it offers no TLS
	busy     int  // so many messages are put off
	work     sync.WaitGroup

	mu   sync.Mutex
	seen []letter
}

type letter struct {
	from, user string
	to         []string
	safe       bool
	text       string
}

func newPost(t *testing.T, change func(p *post)) *post {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
	}, &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true},
		&key.PublicKey, key)
	must(t, err)
	p := &post{t: t, cert: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pem: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}
	if change != nil {
		change(p)
	}
	p.listener, err = net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	p.work.Go(func() {
		for {
			conn, err := p.listener.Accept()
			if err != nil {
				return
			}
			p.work.Go(func() { p.talk(conn) })
		}
	})
	t.Cleanup(func() { p.listener.Close(); p.work.Wait() })
	return p
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (p *post) config() *tls.Config { return &tls.Config{Certificates: []tls.Certificate{p.cert}} }

func (p *post) talk(conn net.Conn) {
	defer func() { conn.Close() }()
	var l letter
	if p.direct {
		conn, l.safe = tls.Server(conn, p.config()), true
	}
	in := bufio.NewReader(conn)
	say := func(format string, args ...any) { fmt.Fprintf(conn, format+"\r\n", args...) }
	say("220 test")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSpace(line)
		switch verb, rest, _ := strings.Cut(line, " "); strings.ToUpper(verb) {
		case "EHLO":
			say("250-test")
			if !l.safe && !p.plain {
				say("250-STARTTLS")
			}
			say("250 AUTH PLAIN")
		case "STARTTLS":
			say("220 go on")
			conn, l.safe = tls.Server(conn, p.config()), true
			in = bufio.NewReader(conn)
		case "AUTH":
			_, text, _ := strings.Cut(rest, " ")
			plain, _ := base64.StdEncoding.DecodeString(text)
			if l.user = strings.Trim(string(plain), "\x00"); l.user != "statloom\x00pass word" {
				say("535 no")
				continue
			}
			say("235 ok")
		case "MAIL":
			p.mu.Lock()
			put := p.busy > 0
			p.busy--
			p.mu.Unlock()
			if put {
				say("451 later")
				continue
			}
			l.from = rest
			say("250 ok")
		case "RCPT":
			l.to = append(l.to, rest)
			say("250 ok")
		case "DATA":
			say("354 go on")
			var text strings.Builder
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				text.WriteString(line)
			}
			l.text = text.String()
			p.mu.Lock()
			p.seen = append(p.seen, l)
			p.mu.Unlock()
			say("250 ok")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (p *post) mail(mode string) notify.Mail {
	return notify.Mail{
		Host: "127.0.0.1", Port: p.listener.Addr().(*net.TCPAddr).Port, TLS: mode, CA: p.pem, From: "Statloom <statloom@example.org>",
		To: []string{"a@example.org", "Người nhận <b@example.org>"}, Language: "vi", Now: monday,
	}
}

func TestMail(t *testing.T) {
	p := newPost(t, nil)
	m := p.mail("starttls")
	m.User, m.Password = "statloom", "pass word"
	must(t, m.Send(t.Context(), alert()))
	if len(p.seen) != 1 {
		t.Fatalf("%d mails came", len(p.seen))
	}
	l := p.seen[0]
	if !l.safe || !strings.Contains(l.from, "<statloom@example.org>") || len(l.to) != 2 || !strings.Contains(l.to[1], "<b@example.org>") {
		t.Errorf("got %+v", l)
	}
	msg, err := mail.ReadMessage(strings.NewReader(l.text))
	must(t, err)
	subject, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
	if err != nil || subject != "[statloom] Mục tiêu đổi trạng thái: 200 doanh nghiệp — Cần Thơ" {
		t.Errorf("subject %q, %v", subject, err)
	}
	for name, want := range map[string]string{"Auto-Submitted": "auto-generated", "Date": "Mon, 02 Mar 2026 02:00:00 +0000", "Content-Type": "text/plain; charset=UTF-8"} {
		if got := msg.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	body, err := io.ReadAll(quotedprintable.NewReader(msg.Body))
	if err != nil || !strings.Contains(string(body), "Mục tiêu đổi trạng thái: 200 doanh nghiệp.") || !strings.Contains(string(body), "- <!channel> & more") {
		t.Errorf("body %q, %v", body, err)
	}
}

func TestMailTransport(t *testing.T) {
	for _, test := range []struct {
		name   string
		server func(p *post)
		mail   func(m *notify.Mail)
		mode   string
		want   string
		mails  int
	}{
		{"TLS from the start", func(p *post) { p.direct = true }, nil, "tls", "", 1},
		{"no TLS, on this machine", func(p *post) { p.plain = true }, nil, "none", "", 1},
		{"a server that has no TLS where it is wanted", func(p *post) { p.plain = true }, nil, "starttls", "STARTTLS", 0},
		{"a certificate that nobody vouches for", nil, func(m *notify.Mail) { m.CA = nil }, "starttls", "certificate", 0},
		{"certificates that are none", nil, func(m *notify.Mail) { m.CA = []byte("none") }, "starttls", "holds none", 0},
		{"a wrong password", nil, func(m *notify.Mail) { m.User, m.Password = "statloom", "wrong word" }, "starttls", "535", 0},
		{"a busy server", func(p *post) { p.busy = 1 }, nil, "starttls", "", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := newPost(t, test.server)
			m := p.mail(test.mode)
			if test.mail != nil {
				test.mail(&m)
			}
			err := m.Send(t.Context(), alert())
			switch {
			case test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("got %v, want an error with %q", err, test.want)
			case err != nil && (strings.Contains(err.Error(), "wrong word") || errors.Is(err, io.EOF)):
				t.Errorf("the error tells the password: %v", err)
			}
			p.mu.Lock()
			defer p.mu.Unlock()
			if len(p.seen) != test.mails {
				t.Errorf("%d mails came, want %d", len(p.seen), test.mails)
			}
		})
	}
}
