package login

import (
	"crypto/subtle"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/codex-go/codex/core/auth"
)

// routes returns the handler of the server.
// (spec: config-and-auth, routes)
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/auth/callback", s.callback)
	mux.HandleFunc("/success", s.success)
	mux.HandleFunc("/cancel", s.cancelRoute)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Cache-Control", "no-store")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", "DENY")
		header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
		switch {
		case !s.ownHost(r.Host):
			// A page elsewhere may have made its own name point here.
			http.Error(w, "unknown host", http.StatusForbidden)
		case r.Method != http.MethodGet:
			header.Set("Allow", http.MethodGet)
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		default:
			mux.ServeHTTP(w, r)
		}
	})
}

// ownHost reports whether a request is meant for this server.
func (s *Server) ownHost(host string) bool {
	name, port, err := net.SplitHostPort(host)
	if err != nil || port != strconv.Itoa(s.port) {
		return false
	}
	return strings.EqualFold(name, "localhost") || name == "127.0.0.1" || name == "::1"
}

// callback is where the issuer sends the browser.
func (s *Server) callback(w http.ResponseWriter, r *http.Request) {
	parameters, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		http.Error(w, "malformed query", http.StatusBadRequest)
		return
	}
	if subtle.ConstantTimeCompare([]byte(parameters.Get("state")), []byte(s.state)) != 1 {
		http.Error(w, "state mismatch", http.StatusBadRequest)
		return
	}
	if code := parameters.Get("error"); code != "" {
		refusal := &RefusedError{Code: printable(code), Description: printable(parameters.Get("error_description"))}
		s.end(refusal)
		show(w, http.StatusOK, pageData{Title: "Login failed", Text: refusal.Error()})
		return
	}
	code := parameters.Get("code")
	if code == "" {
		http.Error(w, "missing authorization code", http.StatusBadRequest)
		return
	}
	s.finish(w, r, code)
}

// finish gets and stores the tokens for a code.
func (s *Server) finish(w http.ResponseWriter, r *http.Request, code string) {
	switch s.enter(waiting, fetching) {
	case ended:
		s.answerEnded(w, r)
		return
	case fetching, storing:
		http.Error(w, "the login is being finished already", http.StatusConflict)
		return
	}
	tokens, err := s.issuer.exchange(s.ctx, code, s.redirectURI(), s.verifier)
	var claims auth.Claims
	if err == nil {
		if claims, err = auth.ParseClaims(tokens.ID); err != nil {
			err = errors.New("the issuer's id token is malformed")
		}
	}
	if err == nil && s.enter(fetching, storing) == fetching {
		// From here on a cancel comes too late.
		err = s.store.LoginChatGPT(s.ctx, tokens)
		s.stored(tokens, claims, err)
	}
	switch {
	case s.enter(fetching, waiting) == ended:
		s.answerEnded(w, r)
	case err != nil:
		show(w, http.StatusInternalServerError, pageData{Title: "Login failed", Text: err.Error() + ". You may try again."})
	}
}

// enter changes the phase if it is from, and returns what it was.
func (s *Server) enter(from, to phase) phase {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.phase
	if was == from {
		s.phase = to
	}
	return was
}

// stored ends the login after a success. After a failure it goes on, unless
// something ended it meanwhile.
func (s *Server) stored(tokens auth.Tokens, claims auth.Claims, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		// The plan is named by the access token, where that is not opaque.
		if access, err := auth.ParseClaims(tokens.Access); err == nil {
			claims.Plan = access.Plan
		}
		s.claims = claims
		s.phase = waiting
		s.endLocked(nil)
		return
	}
	pending := s.outcome
	s.phase, s.outcome = waiting, nil
	if pending != nil {
		s.endLocked(pending)
	}
}

// answerEnded leads to the last page, or says that there is none.
func (s *Server) answerEnded(w http.ResponseWriter, r *http.Request) {
	if s.result() == nil {
		http.Redirect(w, r, "/success", http.StatusFound)
		return
	}
	show(w, http.StatusGone, pageData{Title: "Login ended", Text: "This login has ended. You can close this page."})
}

// success shows the last page once there is something to show.
func (s *Server) success(w http.ResponseWriter, r *http.Request) {
	select {
	case <-s.done:
	default:
		http.NotFound(w, r)
		return
	}
	if s.result() != nil {
		http.NotFound(w, r)
		return
	}
	s.mu.Lock()
	claims := s.claims
	s.mu.Unlock()
	data := pageData{Title: "Signed in to Codex", Text: "You can close this page."}
	if claims.IsOrgOwner && !claims.CompletedOnboarding {
		data.Text = "One more step: your organization has to be set up."
		data.Link = s.platformURL() + "/org-setup?" + query(
			"p", claims.Plan, "with_org", claims.OrganizationID, "project_id", claims.ProjectID)
	}
	show(w, http.StatusOK, data)
	s.once.shown.Do(func() { close(s.shown) })
}

// platformURL is where organizations are set up.
func (s *Server) platformURL() string {
	if s.issuer.base == auth.Issuer {
		return "https://platform.openai.com"
	}
	return "https://platform.api.openai.org"
}

// cancelRoute lets another login on this machine take the port. Pages in a
// browser may not do that: what they send can be told by its headers.
func (s *Server) cancelRoute(w http.ResponseWriter, r *http.Request) {
	for _, name := range []string{"Origin", "Referer", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest"} {
		if r.Header.Get(name) != "" {
			http.Error(w, "not for pages", http.StatusForbidden)
			return
		}
	}
	s.end(ErrEvicted)
	w.Header().Set("Connection", "close")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("login cancelled\n")) // nobody has to read it
}

// printable cuts what the issuer says to what fits in a message.
func printable(text string) string {
	const longest = 300
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(text, "") {
		if r < 0x20 || r == 0x7f {
			r = ' '
		}
		if b.WriteRune(r); b.Len() >= longest {
			break
		}
	}
	return strings.TrimSpace(b.String())
}
