package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/codex-go/codex/core/clientid"
	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/atomicfile"
)

// Options are the inputs of [NewManager]. Only Home is required.
type Options struct {
	// Home is the folder of auth.json. It is created by the first login.
	Home string
	// Identity is how the program names itself to the issuer.
	Identity clientid.Identity
	// HTTPClient carries the requests to the issuer; its redirect policy is
	// not used. Nil means one over [http.DefaultTransport].
	HTTPClient *http.Client
	// TokenURL is the issuer's token endpoint. Empty means the one of
	// [Issuer].
	TokenURL string
	// ClientID names the program to the issuer. Empty means [ClientID].
	ClientID string
	// APIKeyOverride, when it is not blank, is the credential whatever
	// auth.json holds.
	APIKeyOverride string
	// Policy says which credentials may be used. A forbidden override leaves
	// nobody signed in.
	Policy Policy
	// Now tells the time. Nil means [time.Now].
	Now func() time.Time
	// RefreshTimeout bounds one request to the issuer. Zero means a minute.
	RefreshTimeout time.Duration
}

// Format writes the options without the key for every verb of package fmt.
func (o Options) Format(f fmt.State, _ rune) {
	// A formatter has no way to report an error.
	_, _ = io.WriteString(f, fmt.Sprintf("options(home: %q)", o.Home))
}

// loginWait is how long a login or logout waits for another program that is
// about to refresh. Then it goes ahead; the other one finds the file changed
// and leaves it alone.
const loginWait = 5 * time.Second

var (
	// ErrEmptyKey reports a login with a blank API key.
	ErrEmptyKey = errors.New("the API key is empty")
	// ErrNoTokens reports a refresh when an API key is in use.
	ErrNoTokens = errors.New("no tokens to refresh")
	// ErrReplaced reports a refresh that a login or logout overtook.
	ErrReplaced = errors.New("the credentials were replaced")
	// ErrClosed reports a refresh through a closed manager.
	ErrClosed = errors.New("the credentials manager is closed")
)

// Manager owns the credentials of a process.
type Manager struct {
	home     string
	override string
	policy   Policy
	now      func() time.Time
	client   tokenClient
	// replaceFile stores new content in auth.json.
	replaceFile func(path string, content []byte) error

	// ctx ends when Close gives up waiting.
	ctx    context.Context
	cancel context.CancelFunc
	group  sync.WaitGroup

	// writing is held while auth.json is written, so that the result of a
	// refresh never comes after that of a login that overtook it. It is taken
	// before mu.
	writing sync.Mutex

	mu      sync.Mutex
	closed  bool
	loaded  bool
	current *record // nil when nobody is signed in
	loadErr error   // why the file could not be used
	// stored is the refresh token that this process last saw or put in the
	// file; only a file that still holds it is written by a refresh.
	stored string
	// generation counts what replaces current from outside a refresh; a
	// refresh that began in an earlier one must not store its result.
	generation uint64
	flight     *flight // nil when no refresh is under way
	failure    failure
}

// NewManager returns a manager that reads auth.json when it is first asked.
func NewManager(options Options) *Manager {
	m := &Manager{
		home:     options.Home,
		override: strings.TrimSpace(options.APIKeyOverride),
		policy:   options.Policy,
		now:      options.Now,
		client: tokenClient{
			url:      options.TokenURL,
			clientID: options.ClientID,
			timeout:  options.RefreshTimeout,
		},
		replaceFile: func(path string, content []byte) error {
			return atomicfile.Replace(path, content, atomicfile.Options{Mode: 0o600})
		},
	}
	if m.override != "" {
		if err := m.policy.method(protocol.AuthAPIKey); err != nil {
			m.override, m.loaded, m.loadErr = "", true, err
		}
	}
	if options.Identity != (clientid.Identity{}) {
		m.client.userAgent, m.client.originator = options.Identity.UserAgent, options.Identity.Originator
	}
	if m.now == nil {
		m.now = time.Now
	}
	if m.client.url == "" {
		m.client.url = Issuer + "/oauth/token"
	}
	if m.client.clientID == "" {
		m.client.clientID = ClientID
	}
	if m.client.timeout == 0 {
		m.client.timeout = time.Minute
	}
	client := http.Client{}
	if options.HTTPClient != nil {
		client = *options.HTTPClient
	}
	// A redirect would carry the refresh token to another place.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	m.client.http = &client
	m.ctx, m.cancel = context.WithCancel(context.Background())
	return m
}

// Format writes the manager without its secrets for every verb of package fmt.
func (m *Manager) Format(f fmt.State, _ rune) {
	// A formatter has no way to report an error.
	_, _ = io.WriteString(f, fmt.Sprintf("auth manager(home: %q)", m.home))
}

// Close waits for a refresh that is under way, because new tokens that are not
// stored are lost; when ctx ends it gives the refresh up. Further calls wait
// again and do nothing else.
func (m *Manager) Close(ctx context.Context) error {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	stop := context.AfterFunc(ctx, m.cancel)
	defer stop()
	m.group.Wait()
	m.cancel()
	return nil
}

func (m *Manager) path() string { return filepath.Join(m.home, FileName) }

// load reads the file on first use. It is called with mu held.
func (m *Manager) load() {
	if m.loaded {
		return
	}
	m.loaded = true
	m.current, m.loadErr = readFile(m.path())
	if errors.Is(m.loadErr, fs.ErrNotExist) {
		m.loadErr = nil
	}
	if err := m.policy.checkRecord(m.current); err != nil {
		m.current, m.loadErr = nil, err
	}
	m.stored = m.current.refreshToken()
}

// refreshToken returns the refresh token; it may be empty.
func (r *record) refreshToken() string {
	if r == nil || r.tokens == nil {
		return ""
	}
	return r.tokens.refresh
}

// Snapshot tells who is signed in. ok is false for nobody.
func (m *Manager) Snapshot() (auth Auth, ok bool) {
	if m.override != "" {
		return Auth{Mode: protocol.AuthAPIKey}, true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.load()
	mode, ok := m.current.mode()
	if !ok {
		return Auth{}, false
	}
	auth = Auth{Mode: mode}
	if mode == protocol.AuthChatGPT {
		tokens := m.current.tokens
		auth.Email, auth.Plan, auth.AccountID = tokens.claims.Email, tokens.claims.Plan, tokens.account()
	}
	return auth, true
}

// LoadError tells why auth.json could not be used when it was last read, or may
// not be ([*PolicyError]); nil when it could, or when there is none.
func (m *Manager) LoadError() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.load()
	return m.loadErr
}

// credential returns the credential in memory, as it is.
func (m *Manager) credential() (Credential, bool) {
	if m.override != "" {
		return Credential{Bearer: m.override}, true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.load()
	return m.current.credential()
}

func (r *record) credential() (Credential, bool) {
	mode, ok := r.mode()
	switch {
	case !ok:
		return Credential{}, false
	case mode == protocol.AuthAPIKey:
		return Credential{Bearer: r.key()}, true
	}
	return Credential{Bearer: r.tokens.access, AccountID: r.tokens.account(), ChatGPT: true, Plan: r.tokens.claims.Plan}, true
}

// Reload reads auth.json again and tells whether that changed who is signed in
// or with what. A file that cannot be used signs out; the error says why.
func (m *Manager) Reload() (changed bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.load()
	before, beforeOK := m.current.credential()
	m.replace(nil)
	m.loaded = false
	m.load()
	after, afterOK := m.current.credential()
	return beforeOK != afterOK || before != after, m.loadErr
}

// replace puts r in place of the credentials and gives up a refresh of the old
// ones. It is called with mu held.
func (m *Manager) replace(r *record) {
	m.loaded, m.loadErr, m.current, m.stored = true, nil, r, r.refreshToken()
	m.generation++
	m.failure = failure{}
	if m.flight != nil {
		m.flight.cancel()
	}
}

// MayLogIn tells whether the policy allows a way to sign in: nil or a
// [*PolicyError].
func (m *Manager) MayLogIn(mode protocol.AuthMode) error { return m.policy.method(mode) }

// LoginAPIKey stores an API key in place of whatever was stored. White space
// around it is cut; a blank key is [ErrEmptyKey]. A login that the policy forbids
// is a [*PolicyError], here and in [Manager.LoginChatGPT], and changes nothing.
// (spec: config-and-auth, login with API key)
func (m *Manager) LoginAPIKey(ctx context.Context, key string) error {
	key = strings.TrimSpace(key)
	if key == "" {
		return fmt.Errorf("log in: %w", ErrEmptyKey)
	}
	return m.login(ctx, &record{apiKey: &key})
}

// LoginChatGPT stores the tokens of a ChatGPT account in place of whatever was
// stored. The id token must be a well-formed JSON Web Token. No API key is
// stored beside them, so that the user stays signed in the way they chose.
func (m *Manager) LoginChatGPT(ctx context.Context, tokens Tokens) error {
	claims, err := ParseClaims(tokens.ID)
	if err != nil {
		return fmt.Errorf("log in: id token: %w", err)
	}
	if tokens.Access == "" {
		return errors.New("log in: no access token")
	}
	return m.login(ctx, &record{
		tokens: &tokenSet{
			id: tokens.ID, access: tokens.Access, refresh: tokens.Refresh, accountID: claims.AccountID, claims: claims,
		},
		lastRefresh: m.now(),
	})
}

func (m *Manager) login(ctx context.Context, r *record) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	if err := m.policy.checkRecord(r); err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	if err := os.MkdirAll(m.home, 0o700); err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	m.giveUpRefresh()
	unlock := m.lockBriefly(ctx)
	defer unlock()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	content, err := r.encode()
	if err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	m.writing.Lock()
	defer m.writing.Unlock()
	if err := m.replaceFile(m.path(), content); err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.replace(r)
	return nil
}

// Logout removes auth.json and tells whether there was one. A link stays where it
// is; what it leads to is removed. Nobody is signed in afterwards, except by the
// override.
func (m *Manager) Logout(ctx context.Context) (removed bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, fmt.Errorf("log out: %w", err)
	}
	m.giveUpRefresh()
	unlock := m.lockBriefly(ctx)
	defer unlock()
	m.writing.Lock()
	defer m.writing.Unlock()
	// A login writes to what a link leads to, so that is what a logout removes.
	path, err := filepath.EvalSymlinks(m.path())
	if err == nil {
		err = os.Remove(path)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("log out: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.replace(nil)
	return err == nil, nil
}

// giveUpRefresh ends a refresh of this process, whose lock a login would wait
// for in vain, and makes its result worthless.
func (m *Manager) giveUpRefresh() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.load()
	m.generation++
	if m.flight != nil {
		m.flight.cancel()
	}
}

// lockBriefly takes the lock of auth.json, or goes ahead without it.
func (m *Manager) lockBriefly(ctx context.Context) (unlock func()) {
	ctx, cancel := context.WithTimeout(ctx, loginWait)
	defer cancel()
	release, err := m.lock(ctx)
	if err != nil {
		return func() {}
	}
	return func() { _ = release() } // the file is closed either way
}

func (m *Manager) lock(ctx context.Context) (unlock func() error, err error) {
	return atomicfile.Lock(ctx, m.path()+".lock")
}

// Email returns the address that the id token in the file claims, nil when
// there is none for whatever reason. The file is read anew, and an API key in
// it does not matter. (spec: config-and-auth, getAuthStatus)
func (m *Manager) Email() *string {
	r, err := readFile(m.path())
	if err != nil || r.tokens == nil || r.tokens.claims.Email == "" {
		return nil
	}
	return &r.tokens.claims.Email
}

// Status answers a getAuthStatus request for a provider that requires OpenAI
// credentials or does not. A refresh that fails changes nothing.
// (spec: config-and-auth, getAuthStatus)
func (m *Manager) Status(ctx context.Context, params *protocol.GetAuthStatusParams, requiresOpenAIAuth bool) protocol.GetAuthStatusResponse {
	status := protocol.GetAuthStatusResponse{RequiresOpenAIAuth: &requiresOpenAIAuth}
	if params.RefreshToken != nil && *params.RefreshToken {
		// The outcome shows in the token; a failure is remembered by Refresh.
		_ = m.Refresh(ctx)
	}
	if !requiresOpenAIAuth {
		return status
	}
	credential, ok, err := m.Token(ctx)
	if err != nil || !ok {
		return status
	}
	status.AuthMethod = protocol.AuthAPIKey
	if credential.ChatGPT {
		status.AuthMethod = protocol.AuthChatGPT
	}
	if params.IncludeToken != nil && *params.IncludeToken {
		status.AuthToken = credential.Bearer
	}
	return status
}
