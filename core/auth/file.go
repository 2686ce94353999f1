package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/codex-go/codex/protocol"
)

// FileName is the name of the file with the credentials in the home folder.
const FileName = "auth.json"

// maxFileSize bounds what is read as credentials, in bytes.
const maxFileSize = 1 << 20

// ErrMalformed is the cause when auth.json does not hold what it should.
var ErrMalformed = errors.New("malformed credentials")

// record is the content of auth.json. It is not changed after it was made.
// (spec: config-and-auth, auth.json)
type record struct {
	apiKey      *string
	tokens      *tokenSet
	lastRefresh time.Time // zero when the file does not say
	// others are members that other programs wrote.
	others map[string]json.RawMessage
}

// tokenSet is the sign-in of a ChatGPT account.
type tokenSet struct {
	id, access, refresh string
	accountID           string // empty when it is not known
	claims              Claims // of the id token
	others              map[string]json.RawMessage
}

// Members of the file.
const (
	keyAPIKey      = "OPENAI_API_KEY"
	keyTokens      = "tokens"
	keyLastRefresh = "last_refresh"
	keyID          = "id_token"
	keyAccess      = "access_token"
	keyRefresh     = "refresh_token"
	keyAccount     = "account_id"
)

// mode tells how the record signs in, and whether it does. A blank key counts
// as none. (spec: config-and-auth, do better)
func (r *record) mode() (protocol.AuthMode, bool) {
	switch {
	case r == nil:
		return "", false
	case r.key() != "":
		return protocol.AuthAPIKey, true
	case r.tokens != nil && r.tokens.access != "":
		return protocol.AuthChatGPT, true
	}
	return "", false
}

// key returns the API key, or "" when it is missing or blank.
func (r *record) key() string {
	if r.apiKey == nil {
		return ""
	}
	return strings.TrimSpace(*r.apiKey)
}

// account returns the id of the account of the tokens; it may be empty.
func (t *tokenSet) account() string {
	if t.accountID != "" {
		return t.accountID
	}
	return t.claims.AccountID
}

// sameAccount reports whether both are known to belong to one account.
func (t *tokenSet) sameAccount(other *tokenSet) bool {
	if a, b := t.account(), other.account(); a != "" || b != "" {
		return a == b
	}
	return t.claims.Email != "" && t.claims.Email == other.claims.Email
}

// readFile reads the file with the credentials. Errors of the operating system
// are wrapped; a file that does not hold credentials is [ErrMalformed].
func readFile(path string) (*record, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read credentials: %w", err)
	}
	defer file.Close() //nolint:errcheck // nothing was written
	content, err := io.ReadAll(io.LimitReader(file, maxFileSize+1))
	if err != nil {
		return nil, fmt.Errorf("read credentials: %w", err)
	}
	if len(content) > maxFileSize {
		return nil, fmt.Errorf("read credentials: %w: larger than %d bytes", ErrMalformed, maxFileSize)
	}
	parsed, err := parse(content)
	if err != nil {
		return nil, fmt.Errorf("read credentials %s: %w", path, err)
	}
	return parsed, nil
}

// parse reads the content of the file. Errors wrap [ErrMalformed] and quote
// nothing.
func parse(content []byte) (*record, error) {
	// Editors on Windows put a mark of the byte order in front.
	content = bytes.TrimPrefix(content, []byte("\uFEFF"))
	var members map[string]json.RawMessage
	if err := json.Unmarshal(content, &members); err != nil || members == nil {
		return nil, fmt.Errorf("%w: not a JSON object", ErrMalformed)
	}
	r := &record{}
	if err := take(members, keyAPIKey, &r.apiKey); err != nil {
		return nil, err
	}
	var lastRefresh *string
	if err := take(members, keyLastRefresh, &lastRefresh); err != nil {
		return nil, err
	}
	if lastRefresh != nil {
		at, err := time.Parse(time.RFC3339, *lastRefresh)
		if err != nil {
			return nil, fmt.Errorf("%w: %s is not a time", ErrMalformed, keyLastRefresh)
		}
		r.lastRefresh = at
	}
	var tokens map[string]json.RawMessage
	if err := take(members, keyTokens, &tokens); err != nil {
		return nil, err
	}
	if tokens != nil {
		set, err := parseTokens(tokens)
		if err != nil {
			return nil, err
		}
		r.tokens = set
	}
	r.others = members
	return r, nil
}

func parseTokens(members map[string]json.RawMessage) (*tokenSet, error) {
	set := &tokenSet{}
	for key, target := range map[string]*string{keyID: &set.id, keyAccess: &set.access, keyRefresh: &set.refresh} {
		var value *string
		if err := take(members, key, &value); err != nil {
			return nil, err
		}
		if value == nil {
			return nil, fmt.Errorf("%w: no %s", ErrMalformed, key)
		}
		*target = *value
	}
	var account *string
	if err := take(members, keyAccount, &account); err != nil {
		return nil, err
	}
	if account != nil {
		set.accountID = *account
	}
	claims, err := ParseClaims(set.id)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrMalformed, keyID, err)
	}
	set.claims = claims
	set.others = members
	return set, nil
}

// take decodes one member and removes it, so that the unknown ones remain.
func take[T any](members map[string]json.RawMessage, key string, target *T) error {
	raw, ok := members[key]
	if !ok {
		return nil
	}
	delete(members, key)
	if err := json.Unmarshal(raw, target); err != nil {
		return fmt.Errorf("%w: %s has a wrong type", ErrMalformed, key)
	}
	return nil
}

// encode writes the record as it stands in the file: two blanks of indent, no
// line end after it.
func (r *record) encode() ([]byte, error) {
	var b objectWriter
	b.member(keyAPIKey, r.apiKey)
	if r.tokens != nil {
		var t objectWriter
		t.member(keyID, r.tokens.id)
		t.member(keyAccess, r.tokens.access)
		t.member(keyRefresh, r.tokens.refresh)
		var account *string
		if r.tokens.accountID != "" {
			account = &r.tokens.accountID
		}
		t.member(keyAccount, account)
		t.rest(r.tokens.others)
		b.member(keyTokens, json.RawMessage(t.close()))
	}
	if !r.lastRefresh.IsZero() {
		b.member(keyLastRefresh, r.lastRefresh.UTC().Format(time.RFC3339Nano))
	}
	b.rest(r.others)
	var indented bytes.Buffer
	if b.err != nil {
		return nil, errors.New("encode credentials")
	}
	if err := json.Indent(&indented, b.close(), "", "  "); err != nil {
		return nil, errors.New("encode credentials")
	}
	return indented.Bytes(), nil
}

// objectWriter writes the members of a JSON object in a fixed order.
type objectWriter struct {
	buffer bytes.Buffer
	err    error
}

func (w *objectWriter) member(key string, value any) {
	if w.buffer.Len() == 0 {
		w.buffer.WriteByte('{')
	} else {
		w.buffer.WriteByte(',')
	}
	w.value(key)
	w.buffer.WriteByte(':')
	w.value(value)
}

func (w *objectWriter) value(value any) {
	encoder := json.NewEncoder(&w.buffer)
	encoder.SetEscapeHTML(false)
	w.err = errors.Join(w.err, encoder.Encode(value))
}

func (w *objectWriter) rest(members map[string]json.RawMessage) {
	for _, key := range slices.Sorted(maps.Keys(members)) {
		w.member(key, members[key])
	}
}

func (w *objectWriter) close() []byte {
	w.buffer.WriteByte('}')
	return w.buffer.Bytes()
}
