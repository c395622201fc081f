package config

import (
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/statloom/statloom/pipeline/kind"
)

// Serve says how `statloom serve` is reached.
type Serve struct {
	Listen string        `yaml:"listen" json:"listen,omitempty" jsonschema:"default=127.0.0.1:8080,description=Address and port to listen on; other machines can reach it only with a token"`
	Token  string        `yaml:"token" json:"token,omitempty" jsonschema:"description=Secret that callers send as Authorization: Bearer; needed to listen for other machines and to begin runs over HTTP. Write ${STATLOOM_TOKEN:-}"`
	Hosts  []string      `yaml:"hosts" json:"hosts,omitempty" jsonschema:"description=Further names under which it may be asked on this machine, such as that of a proxy"`
	Grace  time.Duration `yaml:"grace" json:"grace,omitempty" jsonschema:"default=1m,description=How long a run may go on after the program was told to end"`
}

// minToken is how short a token may be.
const minToken = 16

// Check looks at the address and the token.
func (s Serve) Check() []kind.Complaint {
	var out []kind.Complaint
	if _, _, err := net.SplitHostPort(s.Listen); err != nil && s.Listen != "" {
		out = append(out, kind.Complaint{Key: "listen", What: "listen is not an address and a port", Want: "write 127.0.0.1:8080"})
	}
	if s.Token != "" && len(s.Token) < minToken {
		out = append(out, kind.Complaint{Key: "token", What: "the token is shorter than 16 characters", Want: "draw one: openssl rand -hex 32"})
	}
	return out
}

// Alerts says who hears of what.
type Alerts struct {
	Language   string        `yaml:"language" json:"language,omitempty" jsonschema:"enum=vi,enum=en,description=Language of the messages; default: that of the reports"`
	Repeat     time.Duration `yaml:"repeat" json:"repeat,omitempty" jsonschema:"default=24h,description=What goes on is told again after so long, not sooner"`
	Quarantine float64       `yaml:"quarantine_growth" json:"quarantine_growth,omitempty" jsonschema:"default=20,minimum=0,description=Tell when quarantine has grown by more than so many percent against the release before"`
	Revision   float64       `yaml:"revision" json:"revision,omitempty" jsonschema:"default=10,minimum=0,description=Tell when a source has revised a published figure by more than so many percent"`
	Mail       []Mail        `yaml:"mail" json:"mail,omitempty" jsonschema:"description=Mail to people"`
	Webhooks   []Webhook     `yaml:"webhooks" json:"webhooks,omitempty" jsonschema:"description=Messages to programs and to chat"`
}

// Mail is a mail server and who gets mail through it.
type Mail struct {
	Host     string       `yaml:"host" json:"host" jsonschema:"description=Mail server"`
	Port     int          `yaml:"port" json:"port,omitempty" jsonschema:"default=587,minimum=1,maximum=65535,description=Port of the mail server"`
	TLS      string       `yaml:"tls" json:"tls,omitempty" jsonschema:"enum=starttls,enum=tls,enum=none,default=starttls,description=How the connection is made safe: begun in the clear and made safe by STARTTLS, safe from the start, or not at all, which this machine alone may be asked for"`
	CA       string       `yaml:"ca" json:"ca,omitempty" jsonschema:"description=File of certificates (PEM) to trust besides those of the system"`
	User     string       `yaml:"user" json:"user,omitempty" jsonschema:"description=User name; none where the server asks for none"`
	Password string       `yaml:"password" json:"password,omitempty" jsonschema:"description=Write ${SMTP_PASSWORD:-}"`
	From     string       `yaml:"from" json:"from" jsonschema:"description=Sender's address"`
	To       kind.Strings `yaml:"to" json:"to" jsonschema:"description=Address of who gets it, or a list of them"`
	On       []string     `yaml:"on" json:"on,omitempty" jsonschema:"enum=failure,enum=recovery,enum=late,enum=held_back,enum=quarantine,enum=revision,enum=target,description=What to tell; default: everything"`
	Language string       `yaml:"language" json:"language,omitempty" jsonschema:"enum=vi,enum=en,description=Default: that of the alerts"`
}

// Check looks at what goes together.
func (m Mail) Check() []kind.Complaint {
	local := m.Host == "localhost" || net.ParseIP(m.Host).IsLoopback()
	if m.TLS == "none" && !local {
		return []kind.Complaint{{Key: "tls", What: "mail would go to another machine in the clear", Want: "use starttls or tls"}}
	}
	return nil
}

// Webhook is an address that messages are posted to.
type Webhook struct {
	URL      string   `yaml:"url" json:"url" jsonschema:"description=Address; it is kept secret, so write ${ALERT_URL}"`
	Form     string   `yaml:"form" json:"form,omitempty" jsonschema:"enum=json,enum=slack,enum=teams,default=json,description=What is posted: the message as JSON, or the forms that Slack and Teams take"`
	Secret   string   `yaml:"secret" json:"secret,omitempty" jsonschema:"description=Key that signs what is posted: the header Statloom-Signature holds the time and the HMAC-SHA256 over it and the body. Write ${ALERT_SECRET}"`
	On       []string `yaml:"on" json:"on,omitempty" jsonschema:"enum=failure,enum=recovery,enum=late,enum=held_back,enum=quarantine,enum=revision,enum=target,description=What to tell; default: everything"`
	Language string   `yaml:"language" json:"language,omitempty" jsonschema:"enum=vi,enum=en,description=Default: that of the alerts"`
}

// Check looks at the address.
func (w Webhook) Check() []kind.Complaint {
	u, err := url.Parse(w.URL)
	if w.URL == "" || err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
		return nil
	}
	return []kind.Complaint{{Key: "url", What: "url is not an address of the web", Want: "begin with https://"}}
}

// Observe says where the program tells what it does.
type Observe struct {
	Logs         string `yaml:"logs" json:"logs,omitempty" jsonschema:"enum=text,enum=json,default=text,description=Form of the log of statloom serve"`
	OTLP         string `yaml:"otlp_endpoint" json:"otlp_endpoint,omitempty" jsonschema:"description=Address that takes OpenTelemetry traces over HTTP, such as http://localhost:4318; default: OTEL_EXPORTER_OTLP_ENDPOINT of the environment"`
	Lineage      string `yaml:"openlineage" json:"openlineage,omitempty" jsonschema:"description=Where OpenLineage events go: an address that takes them by POST, or a file that a line is added to"`
	LineageToken string `yaml:"openlineage_token" json:"openlineage_token,omitempty" jsonschema:"description=Sent to the address as Authorization: Bearer"`
}

// Check looks at the addresses.
func (o Observe) Check() []kind.Complaint {
	if o.OTLP != "" && !strings.HasPrefix(o.OTLP, "http://") && !strings.HasPrefix(o.OTLP, "https://") {
		return []kind.Complaint{{Key: "otlp_endpoint", What: "otlp_endpoint is not an address of the web", Want: "write http://localhost:4318"}}
	}
	return nil
}
