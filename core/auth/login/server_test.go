package login

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/codex-go/codex/core/auth"
	"github.com/codex-go/codex/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// claims is the payload of a token.
type claims map[string]any

func jwt(t testing.TB, payload claims) string {
	t.Helper()
	content, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none"}`)) + "." + encode(content) + ".c2ln"
}

func idToken(t testing.TB, account claims) string {
	return jwt(t, claims{"email": "ann@example.com", "https://api.openai.com/auth": account})
}

// fakeIssuer answers requests for tokens.
type fakeIssuer struct {
	*httptest.Server
	mu     sync.Mutex
	forms  []string
	agents []string
	answer func(n int, w http.ResponseWriter, r *http.Request)
}

func newFakeIssuer(t testing.TB, answer func(n int, w http.ResponseWriter, r *http.Request)) *fakeIssuer {
	f := &fakeIssuer{answer: answer}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.URL.Path != "/oauth/token" || r.Method != http.MethodPost {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		f.mu.Lock()
		f.forms, f.agents = append(f.forms, string(body)), append(f.agents, r.Header.Get("Content-Type")+r.UserAgent())
		n := len(f.forms)
		f.mu.Unlock()
		f.answer(n, w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

// grant answers with tokens.
func grant(id string) func(int, http.ResponseWriter, *http.Request) {
	return func(_ int, w http.ResponseWriter, _ *http.Request) {
		// The client sees a failure.
		_, _ = fmt.Fprintf(w, `{"id_token":%q,"access_token":"access-1","refresh_token":"refresh-1"}`, id)
	}
}

// storeFunc is a [Store].
type storeFunc func(ctx context.Context, tokens auth.Tokens) error

func (f storeFunc) LoginChatGPT(ctx context.Context, tokens auth.Tokens) error { return f(ctx, tokens) }

// start starts a server with the issuer on a free port.
func (f *fakeIssuer) start(t testing.TB, store Store, timeout time.Duration) *Server {
	t.Helper()
	s, err := Start(t.Context(), Options{
		Store: store, Originator: "codex_cli_rs", Issuer: f.URL, HTTPClient: f.Client(), Port: AnyPort, Timeout: timeout,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// browser asks a server for a path. It follows no redirect.
func browser(t testing.TB, s *Server, path string, change ...func(*http.Request)) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:"+strconv.Itoa(s.Port())+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = "localhost:" + strconv.Itoa(s.Port())
	for _, c := range change {
		c(request)
	}
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

func callbackPath(s *Server, parameters string) string {
	return "/auth/callback?state=" + s.state + parameters
}

func outcome(t testing.TB, s *Server) error {
	t.Helper()
	return s.Wait(t.Context())
}

// running fails the test if the login has ended.
func running(t testing.TB, s *Server) {
	t.Helper()
	select {
	case <-s.Done():
		t.Errorf("the login has ended: %v", s.result())
	default:
	}
}

func TestAuthURL(t *testing.T) {
	t.Parallel()
	f := newFakeIssuer(t, grant(""))
	s := f.start(t, nil, 0)
	want := f.URL + "/oauth/authorize?response_type=code&client_id=app_EMoamEEZ73f0CkXaXp7hrann" +
		"&redirect_uri=http%3A%2F%2Flocalhost%3A" + strconv.Itoa(s.Port()) + "%2Fauth%2Fcallback" +
		"&scope=openid%20profile%20email%20offline_access&code_challenge=" + challenge(s.verifier) +
		"&code_challenge_method=S256&id_token_add_organizations=true&codex_cli_simplified_flow=true&state=" + s.state +
		"&originator=codex_cli_rs"
	if diff := cmp.Diff(want, s.AuthURL()); diff != "" {
		t.Error(diff)
	}
	if len(s.state) != 43 || len(s.verifier) != 86 {
		t.Errorf("state of %d and verifier of %d characters", len(s.state), len(s.verifier))
	}
	// The example of RFC 7636.
	if diff := cmp.Diff("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")); diff != "" {
		t.Error(diff)
	}
}

func TestLogin(t *testing.T) {
	t.Parallel()
	id := idToken(t, claims{"chatgpt_account_id": "acct", "is_org_owner": true, "completed_platform_onboarding": true})
	f := newFakeIssuer(t, grant(id))
	home := filepath.Join(t.TempDir(), "home")
	manager := auth.NewManager(auth.Options{Home: home})
	s := f.start(t, manager, time.Minute)

	if response, _ := browser(t, s, "/success"); response.StatusCode != http.StatusNotFound {
		t.Errorf("the last page comes first: %d", response.StatusCode)
	}
	response, _ := browser(t, s, callbackPath(s, "&code=c%201"))
	if response.StatusCode != http.StatusFound || response.Header.Get("Location") != "/success" {
		t.Errorf("got %d to %q", response.StatusCode, response.Header.Get("Location"))
	}
	if err := outcome(t, s); err != nil {
		t.Fatal(err)
	}
	if signedIn, _ := manager.Snapshot(); signedIn.Mode != protocol.AuthChatGPT || signedIn.AccountID != "acct" {
		t.Errorf("signed in as %v", signedIn)
	}
	stored, err := os.ReadFile(filepath.Join(home, auth.FileName))
	if err != nil || !strings.Contains(string(stored), `"OPENAI_API_KEY": null`) {
		t.Errorf("got %v", err)
	}
	want := "grant_type=authorization_code&code=c%201&redirect_uri=" + escape(s.redirectURI()) +
		"&client_id=app_EMoamEEZ73f0CkXaXp7hrann&code_verifier=" + s.verifier
	if diff := cmp.Diff([]string{want}, f.forms); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"application/x-www-form-urlencoded"}, f.agents); diff != "" {
		t.Error(diff)
	}
	// The browser reloads the address of the callback; nothing happens again.
	if response, _ := browser(t, s, callbackPath(s, "&code=c%201")); response.StatusCode != http.StatusFound {
		t.Errorf("got %d", response.StatusCode)
	}
	response, body := browser(t, s, "/success")
	if response.StatusCode != http.StatusOK || !strings.Contains(body, "You can close this page") || strings.Contains(body, "href") {
		t.Errorf("got %d: %s", response.StatusCode, body)
	}
	if diff := cmp.Diff([]string{"text/html; charset=utf-8", "no-store", "no-referrer"}, []string{
		response.Header.Get("Content-Type"), response.Header.Get("Cache-Control"), response.Header.Get("Referrer-Policy"),
	}); diff != "" {
		t.Error(diff)
	}
	s.Cancel()
	s.Close()
	if err := outcome(t, s); err != nil {
		t.Errorf("the outcome changed: %v", err)
	}
	if len(f.forms) != 1 {
		t.Errorf("%d exchanges", len(f.forms))
	}
}

func TestSetupOfAnOrganization(t *testing.T) {
	t.Parallel()
	id := idToken(t, claims{"organization_id": "org 1", "project_id": "proj", "is_org_owner": true})
	access := jwt(t, claims{"https://api.openai.com/auth": claims{"chatgpt_plan_type": "team"}})
	f := newFakeIssuer(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"id_token":%q,"access_token":%q,"refresh_token":"r"}`, id, access) // the client sees a failure
	})
	s := f.start(t, storeFunc(func(context.Context, auth.Tokens) error { return nil }), 0)
	browser(t, s, callbackPath(s, "&code=c"))
	if err := outcome(t, s); err != nil {
		t.Fatal(err)
	}
	_, body := browser(t, s, "/success")
	if !strings.Contains(body, `href="https://platform.api.openai.org/org-setup?p=team&amp;with_org=org%201&amp;project_id=proj"`) {
		t.Error(body)
	}
	if strings.Contains(body, id) || strings.Contains(body, access) {
		t.Error("the page holds a token")
	}
	if got := (&Server{issuer: newIssuer("", "", nil)}).platformURL(); got != "https://platform.openai.com" {
		t.Errorf("got %q", got)
	}
}

func TestMistakesLeaveTheLoginOpen(t *testing.T) {
	t.Parallel()
	good := grant(idToken(t, claims{}))
	f := newFakeIssuer(t, func(n int, w http.ResponseWriter, r *http.Request) {
		switch n {
		case 1:
			http.Error(w, "secret-code", http.StatusBadRequest)
		case 2:
			_, _ = io.WriteString(w, `["secret-code"]`) // the client sees a failure
		case 3:
			_, _ = io.WriteString(w, `{"id_token":"secret-code","access_token":"a"}`) // the client sees a failure
		case 4:
			_, _ = io.WriteString(w, `{"id_token":"secret-code","access_token":"secret-code","refresh_token":"secret-code"}`) // the client sees a failure
		case 5:
			panic(http.ErrAbortHandler)
		default:
			good(n, w, r)
		}
	})
	broken := true
	s := f.start(t, storeFunc(func(context.Context, auth.Tokens) error {
		if broken {
			return errors.New("no room")
		}
		return nil
	}), 0)
	for _, test := range []struct {
		name, path string
		status     int
		text       string
	}{
		{"no state", "/auth/callback?code=c", http.StatusBadRequest, "state mismatch"},
		{"wrong state", "/auth/callback?state=x&code=c", http.StatusBadRequest, "state mismatch"},
		{"refusal with a wrong state", "/auth/callback?state=x&error=access_denied", http.StatusBadRequest, "state mismatch"},
		{"no code", callbackPath(s, ""), http.StatusBadRequest, "missing authorization code"},
		{"empty code", callbackPath(s, "&code="), http.StatusBadRequest, "missing authorization code"},
		{"malformed", callbackPath(s, "&code=%zz"), http.StatusBadRequest, "malformed"},
		{"elsewhere", "/", http.StatusNotFound, "not found"},
		{"refused code", callbackPath(s, "&code=secret-code"), http.StatusInternalServerError, "status 400"},
		{"no object", callbackPath(s, "&code=secret-code"), http.StatusInternalServerError, "not usable"},
		{"missing token", callbackPath(s, "&code=secret-code"), http.StatusInternalServerError, "no refresh_token"},
		{"malformed token", callbackPath(s, "&code=secret-code"), http.StatusInternalServerError, "malformed"},
		{"no answer", callbackPath(s, "&code=secret-code"), http.StatusInternalServerError, "cannot be reached"},
		{"store", callbackPath(s, "&code=secret-code"), http.StatusInternalServerError, "no room"},
	} {
		response, body := browser(t, s, test.path)
		if response.StatusCode != test.status || !strings.Contains(body, test.text) || strings.Contains(body, "secret-code") {
			t.Errorf("%s: got %d: %s", test.name, response.StatusCode, body)
		}
		running(t, s)
	}
	broken = false
	if response, body := browser(t, s, callbackPath(s, "&code=c")); response.StatusCode != http.StatusFound {
		t.Errorf("got %d: %s", response.StatusCode, body)
	}
	if err := outcome(t, s); err != nil {
		t.Error(err)
	}
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	f := newFakeIssuer(t, grant(""))
	s := f.start(t, nil, 0)
	response, body := browser(t, s, callbackPath(s, "&error=access_denied&error_description=No%0Away%20%3Cb%3E"))
	if response.StatusCode != http.StatusOK || !strings.Contains(body, "No way &lt;b&gt;") {
		t.Errorf("got %d: %s", response.StatusCode, body)
	}
	var refusal *RefusedError
	if err := outcome(t, s); !errors.As(err, &refusal) || err.Error() != "the issuer refused the login: No way <b> (access_denied)" {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff("the issuer refused the login: x", (&RefusedError{Code: "x"}).Error()); diff != "" {
		t.Error(diff)
	}
	if got := printable(strings.Repeat("é", 400)); len(got) != 300 {
		t.Errorf("%d bytes", len(got))
	}
}

func TestRequestsThatAreNotMeantForTheServer(t *testing.T) {
	t.Parallel()
	s := newFakeIssuer(t, grant("")).start(t, nil, 0)
	port := strconv.Itoa(s.Port())
	for _, test := range []struct {
		name   string
		change func(*http.Request)
		status int
	}{
		{"localhost", func(r *http.Request) { r.Host = "LOCALHOST:" + port }, http.StatusBadRequest},
		{"IPv4", func(r *http.Request) { r.Host = "127.0.0.1:" + port }, http.StatusBadRequest},
		{"IPv6", func(r *http.Request) { r.Host = "[::1]:" + port }, http.StatusBadRequest},
		{"another name", func(r *http.Request) { r.Host = "evil.example.com:" + port }, http.StatusForbidden},
		{"another port", func(r *http.Request) { r.Host = "localhost:1" }, http.StatusForbidden},
		{"no port", func(r *http.Request) { r.Host = "localhost" }, http.StatusForbidden},
		{"POST", func(r *http.Request) { r.Method = http.MethodPost }, http.StatusMethodNotAllowed},
		{"HEAD", func(r *http.Request) { r.Method = http.MethodHead }, http.StatusMethodNotAllowed},
	} {
		if response, _ := browser(t, s, "/auth/callback", test.change); response.StatusCode != test.status {
			t.Errorf("%s: got %d", test.name, response.StatusCode)
		}
	}
	for _, name := range []string{"Origin", "Referer", "Sec-Fetch-Site"} {
		if response, _ := browser(t, s, "/cancel", func(r *http.Request) { r.Header.Set(name, "x") }); response.StatusCode != http.StatusForbidden {
			t.Errorf("%s: got %d", name, response.StatusCode)
		}
	}
	running(t, s)
	if response, _ := browser(t, s, "/cancel"); response.StatusCode != http.StatusOK {
		t.Errorf("got %d", response.StatusCode)
	}
	if err := outcome(t, s); !errors.Is(err, ErrEvicted) {
		t.Errorf("got %v, want %v", err, ErrEvicted)
	}
}

func TestASecondLoginTakesThePort(t *testing.T) {
	t.Parallel()
	f := newFakeIssuer(t, grant(""))
	first := f.start(t, nil, 0)
	second, err := Start(t.Context(), Options{Issuer: f.URL, Port: first.Port()})
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if err := outcome(t, first); !errors.Is(err, ErrEvicted) {
		t.Errorf("got %v, want %v", err, ErrEvicted)
	}
	running(t, second)
}

func TestThePortBelongsToSomethingElse(t *testing.T) {
	t.Parallel()
	foreign := httptest.NewServer(http.NotFoundHandler())
	defer foreign.Close()
	port := foreign.Listener.Addr().(*net.TCPAddr).Port
	if _, _, err := listen(t.Context(), port, time.Millisecond); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("got %v, want %v", err, syscall.EADDRINUSE)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(ctx, Options{Port: port}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestACancelDuringTheExchangeWins(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	f := newFakeIssuer(t, func(_ int, _ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
	})
	s := f.start(t, storeFunc(func(context.Context, auth.Tokens) error {
		t.Error("tokens were stored")
		return nil
	}), 0)
	answered := make(chan int, 1)
	go func() {
		response, _ := browser(t, s, callbackPath(s, "&code=c"))
		answered <- response.StatusCode
	}()
	<-arrived
	if response, _ := browser(t, s, callbackPath(s, "&code=c")); response.StatusCode != http.StatusConflict {
		t.Errorf("a second code: got %d", response.StatusCode)
	}
	s.Cancel()
	if err := outcome(t, s); !errors.Is(err, ErrCanceled) {
		t.Errorf("got %v, want %v", err, ErrCanceled)
	}
	if status := <-answered; status != http.StatusGone {
		t.Errorf("got %d", status)
	}
}

func TestACancelWhileStoring(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		store error
		want  error
	}{
		{"stored", nil, nil},
		{"not stored", errors.New("no room"), ErrCanceled},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var s *Server
			ready := make(chan struct{})
			s = newFakeIssuer(t, grant(idToken(t, claims{}))).start(t, storeFunc(func(context.Context, auth.Tokens) error {
				<-ready
				s.Cancel()
				running(t, s)
				return test.store
			}), 0)
			close(ready)
			browser(t, s, callbackPath(s, "&code=c"))
			if err := outcome(t, s); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func TestEndsWithoutABrowser(t *testing.T) {
	t.Parallel()
	f := newFakeIssuer(t, grant(""))
	if err := outcome(t, f.start(t, nil, time.Millisecond)); !errors.Is(err, ErrTimedOut) {
		t.Errorf("got %v, want %v", err, ErrTimedOut)
	}
	ctx, cancel := context.WithCancel(t.Context())
	s, err := Start(ctx, Options{Issuer: f.URL, Port: AnyPort})
	if err != nil {
		t.Fatal(err)
	}
	waiting, stop := context.WithCancel(t.Context())
	stop()
	if err := s.Wait(waiting); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	running(t, s)
	cancel()
	if err := outcome(t, s); !errors.Is(err, ErrCanceled) {
		t.Errorf("got %v, want %v", err, ErrCanceled)
	}
	s.Close()
	s.Close()
	listeners, _, err := listen(t.Context(), s.Port(), time.Millisecond)
	if err != nil {
		t.Fatalf("the port is not free: %v", err)
	}
	for _, listener := range listeners {
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestQuery(t *testing.T) {
	t.Parallel()
	encoded := query("a", "b c+d&", "é", "")
	if diff := cmp.Diff("a=b%20c%2Bd%26&%C3%A9=", encoded); diff != "" {
		t.Error(diff)
	}
	if values, err := url.ParseQuery(encoded); err != nil || values.Get("a") != "b c+d&" {
		t.Errorf("got %v, %v", values, err)
	}
}

func Example() {
	home, err := os.MkdirTemp("", "home")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(home) //nolint:errcheck // a temporary folder

	ctx := context.Background()
	manager := auth.NewManager(auth.Options{Home: home})
	server, err := Start(ctx, Options{Store: manager, Originator: "codex_cli_rs", Port: AnyPort, Timeout: 10 * time.Minute})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	fmt.Println(strings.HasPrefix(server.AuthURL(), "https://auth.openai.com/oauth/authorize?"))
	server.Cancel() // or the user goes through the browser
	fmt.Println(server.Wait(ctx))
	// Output:
	// true
	// the login was not completed
}

// TestStopped follows a success to the end of the server: it waits for the last
// page, and not for ever.
func TestStopped(t *testing.T) {
	t.Parallel()
	issuer := newFakeIssuer(t, grant(idToken(t, claims{})))
	s := issuer.start(t, storeFunc(func(context.Context, auth.Tokens) error { return nil }), 0)
	browser(t, s, callbackPath(s, "&code=c"))
	if err := outcome(t, s); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.Stopped():
		t.Error("the server has ended before the last page was fetched")
	default:
	}
	if response, _ := browser(t, s, "/success"); response.StatusCode != http.StatusOK {
		t.Errorf("the last page has status %d", response.StatusCode)
	}
	select {
	case <-s.Stopped():
	case <-time.After(time.Minute):
		t.Error("the server goes on after the last page")
	}
	failed := issuer.start(t, storeFunc(nil), 0)
	failed.Cancel()
	select {
	case <-failed.Stopped():
	case <-time.After(time.Minute):
		t.Error("the server goes on after its login was canceled")
	}
}
