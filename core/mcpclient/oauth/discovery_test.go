package oauth

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
)

// site is an MCP server with an authorization server whose documents a test
// chooses. HOST in them is the address of the site.
type site struct {
	challenge string            // WWW-Authenticate of the refusal
	documents map[string]string // by path
	register  int               // status of the registration, 0 for success
	iss       string            // in the answer of the page
}

const (
	resourceDocument = `{"resource":"HOST/mcp","authorization_servers":["HOST/as"]}`
	serverEndpoints  = `"authorization_endpoint":"HOST/authorize","token_endpoint":"HOST/token","response_types_supported":["code"],`
	registration     = `"registration_endpoint":"HOST/register",`
	proofs           = `"code_challenge_methods_supported":["S256"]`
	serverDocument   = `{"issuer":"HOST/as",` + serverEndpoints + registration + proofs + `}`
	rootDocument     = `{"issuer":"HOST",` + serverEndpoints + registration + proofs + `}`

	resourceAtPath = "/.well-known/oauth-protected-resource/mcp"
	resourceAtRoot = "/.well-known/oauth-protected-resource"
	serverAtPath   = "/.well-known/oauth-authorization-server/as"
	serverAtRoot   = "/.well-known/oauth-authorization-server"
)

func (s *site) start(t *testing.T) *httptest.Server {
	var server *httptest.Server
	at := func(text string) string { return strings.ReplaceAll(text, "HOST", server.URL) }
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		document, ok := s.documents[r.URL.Path]
		switch {
		case ok:
			_, _ = w.Write([]byte(at(document)))
		case r.URL.Path == "/mcp":
			if s.challenge != "" {
				w.Header().Set("WWW-Authenticate", at(s.challenge))
			}
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path == "/register" && s.register != 0:
			w.WriteHeader(s.register)
			_, _ = w.Write([]byte(`{"error":"invalid_redirect_uri"}`))
		case r.URL.Path == "/register":
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write([]byte(`{"client_id":"client-1","token_endpoint_auth_method":"none"}`))
		case r.URL.Path == "/authorize":
			q := r.URL.Query()
			to := q.Get("redirect_uri") + "?code=code-1&state=" + q.Get("state")
			if s.iss != "" {
				to += "&iss=" + at(s.iss)
			}
			http.Redirect(w, r, to, http.StatusFound)
		case r.URL.Path == "/token":
			_, _ = w.Write([]byte(`{"access_token":"access-1","token_type":"Bearer"}`))
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(server.Close)
	return server
}

// TestDiscovery signs in where the documents stand in every place in which they
// may (RFC 9728, section 3.1; RFC 8414, section 3.1; OpenID Connect Discovery).
func TestDiscovery(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		site  site
		query string
		want  string // in the error, "" for success
	}{
		{"named by the challenge", site{
			challenge: `Bearer error="invalid_token", resource_metadata="HOST/meta"`,
			documents: map[string]string{"/meta": resourceDocument, serverAtPath: serverDocument},
		}, "", ""},
		{"no challenge, at the path", site{documents: map[string]string{resourceAtPath: resourceDocument, serverAtPath: serverDocument}}, "", ""},
		{"no challenge, at the root", site{documents: map[string]string{
			resourceAtRoot: `{"resource":"HOST","authorization_servers":["HOST/as"]}`, serverAtPath: serverDocument,
		}}, "", ""},
		{"OpenID, inserted", site{documents: map[string]string{
			resourceAtPath: resourceDocument, "/.well-known/openid-configuration/as": serverDocument,
		}}, "", ""},
		{"OpenID, appended", site{documents: map[string]string{
			resourceAtPath: resourceDocument, "/as/.well-known/openid-configuration": serverDocument,
		}}, "", ""},
		{"the server itself", site{documents: map[string]string{serverAtRoot: rootDocument}}, "", ""},
		{"no documents at all", site{}, "", ""},
		{"several challenges", site{
			challenge: `Basic realm="x", Bearer resource_metadata="HOST/meta", scope="a b"`,
			documents: map[string]string{"/meta": resourceDocument, serverAtPath: serverDocument},
		}, "", ""},
		{"iss that fits", site{documents: map[string]string{serverAtRoot: rootDocument}, iss: "HOST"}, "", ""},

		{"no registration", site{documents: map[string]string{
			serverAtRoot: `{"issuer":"HOST",` + serverEndpoints + proofs + `}`,
		}}, "", "registration"},
		{"registration refused", site{register: http.StatusBadRequest}, "", "register client"},
		{"no proof of possession", site{documents: map[string]string{
			serverAtRoot: `{"issuer":"HOST",` + serverEndpoints + strings.TrimSuffix(registration, ",") + `}`,
		}}, "", "PKCE"},
		{"an issuer that is somebody else", site{documents: map[string]string{
			serverAtRoot: strings.Replace(rootDocument, "HOST", "http://127.0.0.1:1", 1),
		}}, "?key=hidden", "does not match"},
		{"an answer of somebody else", site{documents: map[string]string{serverAtRoot: rootDocument}, iss: "http://127.0.0.1:1"}, "", "does not match"},
		{"a page that is a script", site{documents: map[string]string{
			serverAtRoot: strings.Replace(rootDocument, "HOST/authorize", "javascript:alert(1)", 1),
		}}, "", "authorization_endpoint"},
		{"no JSON", site{documents: map[string]string{serverAtRoot: "<html>" + strings.Repeat("x", 10*maxErrorText)}}, "?key=hidden", "metadata"},
		{"no authorization server", site{documents: map[string]string{resourceAtPath: `{"resource":"HOST/mcp"}`}}, "", "no authorization servers"},
		{"a challenge that breaks off", site{challenge: `Bearer resource_metadata="HOST`}, "", "WWW-Authenticate"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			address := tt.site.start(t).URL + "/mcp" + tt.query
			s := newStore(t)
			_, err := login(t, s, address)
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				if token, err := s.Token(t.Context(), address, ""); token != "access-1" || err != nil {
					t.Errorf("token %q, %v", token, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "hidden") ||
				len(err.Error()) > 2*maxErrorText {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			if _, err := os.Stat(s.path); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("a file was written: %v", err)
			}
		})
	}
}

// TestLoginsAtOnce signs in to several servers at the same time.
func TestLoginsAtOnce(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	var all sync.WaitGroup
	for range 4 {
		address := new(site).start(t).URL + "/mcp"
		all.Go(func() {
			if _, err := login(t, s, address); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	f, err := s.read()
	if err != nil || len(f.Servers) != 4 {
		text, _ := json.Marshal(f)
		t.Errorf("stored %s, %v", text, err)
	}
}
