package auth

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestSecretsStayInside prints everything that the package hands out and looks
// for what must not be there.
func TestSecretsStayInside(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	r := signedIn(t, "acct")
	r.lastRefresh = start.Add(-2 * oldAge)
	store(t, home, r)
	secrets := []string{"access-", "refresh-", "sk-", r.tokens.id, strings.Split(r.tokens.id, ".")[1]}
	var printed []string
	show := func(values ...any) {
		for _, value := range values {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
				printed = append(printed, fmt.Sprintf(verb, value))
			}
			if err, ok := value.(error); ok {
				printed = append(printed, err.Error())
				continue
			}
			encoded, err := json.Marshal(value)
			printed = append(printed, string(encoded), fmt.Sprint(err))
		}
	}
	for _, answer := range []func(int, http.ResponseWriter){
		refuse(400), refuse(500), renew(t, "other"),
		func(_ int, w http.ResponseWriter) { _, _ = w.Write([]byte(`"access-old refresh-old"`)) }, // the client sees a failure
		func(_ int, w http.ResponseWriter) {
			w.Header().Set("Location", "http://refresh-old.invalid/")
			w.WriteHeader(http.StatusFound)
		},
		func(int, http.ResponseWriter) { panic(http.ErrAbortHandler) },
		renew(t, "acct"),
	} {
		m := newIssuer(t, answer).manager(t, home, &clock{now: start})
		credential, _, err := m.Token(t.Context())
		auth, _ := m.Snapshot()
		show(m, credential, &credential, struct{ C Credential }{credential}, err, m.Refresh(t.Context()), auth)
	}
	m := NewManager(Options{Home: home, APIKeyOverride: "sk-override"})
	show(m, Options{Home: home, APIKeyOverride: "sk-override"}, Tokens{ID: r.tokens.id, Access: "access-x", Refresh: "refresh-x"},
		m.LoginChatGPT(t.Context(), Tokens{ID: "refresh-x", Access: "access-x", Refresh: "refresh-x"}))
	for _, content := range []string{
		`{"OPENAI_API_KEY":"sk-`, `{"OPENAI_API_KEY":["sk-x"]}`, `"sk-x"`, `{"last_refresh":"sk-x"}`,
		`{"tokens":{"id_token":"refresh-x","access_token":"access-x","refresh_token":"refresh-x"}}`,
		`{"tokens":{"id_token":{"x":"refresh-x"}}}`,
	} {
		storeText(t, home, content)
		show(NewManager(Options{Home: home}).LoadError())
	}
	for _, text := range printed {
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%q holds %q", text, secret)
			}
		}
	}
	if len(printed) < 100 {
		t.Errorf("only %d texts were looked at", len(printed))
	}
}
