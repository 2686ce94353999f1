package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/codex-go/codex/protocol"
)

const (
	// oldAge is the age from which on tokens are refreshed before use.
	oldAge = 28 * 24 * time.Hour
	// expiryMargin is how long before its end an access token is refreshed.
	expiryMargin = 5 * time.Minute
	// freshAge is how long after a refresh another one is pointless: whoever
	// asks was refused with the tokens from before it.
	freshAge = 10 * time.Second
	// shortestPause and longestPause bound the time after a failure in which
	// no request goes out; it doubles with each failure.
	shortestPause = 5 * time.Second
	longestPause  = 5 * time.Minute
	// lockMargin is how much longer than a request the wait for the lock of
	// another program may be.
	lockMargin = 10 * time.Second
)

// flight is a refresh that is under way. err is set before done is closed.
type flight struct {
	done   chan struct{}
	cancel context.CancelFunc
	err    error
}

// failure remembers the last failed refresh.
type failure struct {
	err   error
	token string // the refresh token that failed
	until time.Time
	count int
}

// Token returns the current credential. ok is false when nobody is signed in.
// Tokens that are old or about to expire are refreshed first. When that fails,
// an access token that is known to be valid still is returned all the same.
// (spec: config-and-auth, token retrieval and refresh)
func (m *Manager) Token(ctx context.Context) (credential Credential, ok bool, err error) {
	if m.due() {
		err = m.refresh(ctx, false)
	}
	credential, ok = m.credential()
	if err == nil || !ok || errors.Is(err, ErrReplaced) {
		return credential, ok, nil
	}
	if claims, parseErr := ParseClaims(credential.Bearer); parseErr == nil && m.now().Before(claims.Expires) && ctx.Err() == nil {
		return credential, true, nil
	}
	return Credential{}, false, err
}

// due reports whether the tokens should be refreshed before they are used.
func (m *Manager) due() bool {
	if m.override != "" {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.load()
	if mode, ok := m.current.mode(); !ok || mode != protocol.AuthChatGPT || m.current.tokens.refresh == "" {
		return false
	}
	now := m.now()
	known := !m.current.lastRefresh.IsZero()
	age := now.Sub(m.current.lastRefresh)
	if known && age > oldAge {
		return true
	}
	claims, err := ParseClaims(m.current.tokens.access)
	if err != nil || claims.Expires.IsZero() || now.Add(expiryMargin).Before(claims.Expires) {
		return false
	}
	// Tokens that live for minutes only, or a clock that is wrong, must not
	// cause a refresh for each request.
	return !known || age < 0 || age > expiryMargin
}

// Refresh replaces the tokens, after a provider refused them. With nobody
// signed in it does nothing; with an API key it is [ErrNoTokens]. It returns
// at once when the tokens are new already, when the issuer refused this refresh
// token before, or in the pause after another failure. The end of ctx ends the
// wait, not the refresh. Failures are a [*RefreshError] or an error of the
// operating system.
func (m *Manager) Refresh(ctx context.Context) error { return m.refresh(ctx, true) }

func (m *Manager) refresh(ctx context.Context, explicit bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if m.override != "" {
		return ErrNoTokens
	}
	f, err := m.join(explicit)
	if f == nil {
		return err
	}
	select {
	case <-f.done:
		return f.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// join returns the refresh that is under way, or starts one. It returns nil
// when there is nothing to refresh.
func (m *Manager) join(explicit bool) (*flight, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.load()
	mode, ok := m.current.mode()
	switch {
	case !ok:
		return nil, nil
	case mode == protocol.AuthAPIKey || m.current.tokens.refresh == "":
		return nil, ErrNoTokens
	case m.flight != nil:
		return m.flight, nil
	case m.closed:
		return nil, ErrClosed
	}
	if age := m.now().Sub(m.current.lastRefresh); explicit && age >= 0 && age < freshAge {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(m.ctx, 2*m.client.timeout+lockMargin)
	f := &flight{done: make(chan struct{}), cancel: cancel}
	m.flight = f
	current, generation := m.current, m.generation
	m.group.Go(func() {
		defer cancel()
		f.err = m.run(ctx, current, generation)
		m.mu.Lock()
		m.flight = nil
		m.mu.Unlock()
		close(f.done)
	})
	return f, nil
}

// run refreshes old while it holds the lock that all programs with this home
// folder take.
func (m *Manager) run(ctx context.Context, old *record, generation uint64) error {
	unlock, err := m.lock(ctx)
	if err != nil && ctx.Err() != nil {
		return m.overtaken(generation, fmt.Errorf("refresh the sign-in: %w", err))
	}
	if err == nil {
		defer func() { _ = unlock() }() // the file is closed either way
	}
	// Without a lock, in a folder that cannot be written, the tokens live in
	// memory.
	if newer := m.adoptable(old); newer != nil {
		return m.store(newer, generation, newer.tokens.refresh)
	}
	if err := m.pausing(old.tokens.refresh); err != nil {
		return err
	}
	answer, err := m.client.refresh(ctx, old.tokens.refresh)
	if err == nil {
		err = old.tokens.check(answer)
	}
	if err != nil {
		if ctx.Err() == nil {
			m.remember(err, old.tokens.refresh)
		}
		return m.overtaken(generation, err)
	}
	return m.save(old, old.refreshedWith(answer, m.now()), generation)
}

// overtaken explains a refresh that a login or logout ended.
func (m *Manager) overtaken(generation uint64, err error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.generation != generation {
		return ErrReplaced
	}
	return err
}

// adoptable returns what is stored in the file when another program has put
// newer tokens of the same account there.
func (m *Manager) adoptable(old *record) *record {
	stored, err := readFile(m.path())
	if err != nil {
		return nil
	}
	if mode, ok := stored.mode(); !ok || mode != protocol.AuthChatGPT {
		return nil
	}
	if stored.tokens.access != old.tokens.access && stored.lastRefresh.After(old.lastRefresh) &&
		stored.tokens.sameAccount(old.tokens) {
		return stored
	}
	return nil
}

// pausing returns the remembered failure while no request should go out.
func (m *Manager) pausing(token string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.failure.err == nil || m.failure.token != token {
		return nil
	}
	var refusal *RefreshError
	if errors.As(m.failure.err, &refusal) && refusal.Permanent || m.now().Before(m.failure.until) {
		return m.failure.err
	}
	return nil
}

// remember starts the pause after a failure.
func (m *Manager) remember(err error, token string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	count := 0
	if m.failure.token == token {
		count = m.failure.count
	}
	pause := longestPause
	if count < 10 {
		pause = min(shortestPause<<count, longestPause)
	}
	m.failure = failure{err: err, token: token, until: m.now().Add(pause), count: count + 1}
}

// check refuses tokens of another account.
func (t *tokenSet) check(answer refreshed) error {
	if before, after := t.account(), answer.claims.AccountID; before != "" && after != "" && before != after {
		return &RefreshError{Permanent: true, Err: ErrAccountMismatch}
	}
	return nil
}

// refreshedWith returns the record with the tokens of an answer; those that it
// leaves out stay. The account id never changes.
func (r *record) refreshedWith(answer refreshed, now time.Time) *record {
	tokens := *r.tokens
	tokens.id, tokens.claims = answer.id, answer.claims
	if answer.access != "" {
		tokens.access = answer.access
	}
	if answer.refresh != "" {
		tokens.refresh = answer.refresh
	}
	updated := *r
	updated.tokens, updated.lastRefresh = &tokens, now
	return &updated
}

// save stores refreshed tokens in memory and, if the file still holds what was
// refreshed, there too. A file that belongs to another account, holds an API
// key or is gone is left alone. (spec: config-and-auth, do better)
func (m *Manager) save(old, updated *record, generation uint64) error {
	if newer := m.adoptable(old); newer != nil {
		return m.store(newer, generation, newer.tokens.refresh)
	}
	content, err := updated.encode()
	if err != nil {
		return err
	}
	m.writing.Lock()
	defer m.writing.Unlock()
	if err := m.store(updated, generation, ""); err != nil {
		return err
	}
	m.mu.Lock()
	expected := m.stored
	m.mu.Unlock()
	inFile, err := readFile(m.path())
	if err != nil {
		return nil // signed out by another program; here the tokens live on
	}
	if mode, _ := inFile.mode(); mode != protocol.AuthChatGPT || inFile.tokens.refresh != expected {
		return nil
	}
	if err := m.replaceFile(m.path(), content); err != nil {
		return fmt.Errorf("store the refreshed sign-in: %w", err)
	}
	return m.store(updated, generation, updated.tokens.refresh)
}

// store replaces the credentials in memory unless a login or logout has done
// so since the refresh began. inFile is the refresh token that the file is now
// known to hold; empty for no news.
func (m *Manager) store(r *record, generation uint64, inFile string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.generation != generation {
		return ErrReplaced
	}
	m.current = r
	m.failure = failure{}
	if inFile != "" {
		m.stored = inFile
	}
	return nil
}
