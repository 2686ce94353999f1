package auth

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/codex-go/codex/protocol"
)

func TestParse(t *testing.T) {
	t.Parallel()
	id := idToken(t, "acct")
	tokens := `"tokens":{"id_token":"` + id + `","access_token":"a","refresh_token":"r","account_id":"acct"}`
	for _, test := range []struct {
		name, content string
		want          protocol.AuthMode // empty for nobody
		malformed     bool
	}{
		{name: "key", content: `{"OPENAI_API_KEY":"sk"}`, want: protocol.AuthAPIKey},
		{name: "behind a byte order mark", content: "\uFEFF{\"OPENAI_API_KEY\":\"sk\"}\r\n", want: protocol.AuthAPIKey},
		{name: "blank key", content: `{"OPENAI_API_KEY":"  "}`},
		{name: "empty key beside tokens", content: `{"OPENAI_API_KEY":"",` + tokens + `}`, want: protocol.AuthChatGPT},
		{name: "key beside tokens", content: `{"OPENAI_API_KEY":"sk",` + tokens + `}`, want: protocol.AuthAPIKey},
		{name: "tokens", content: `{"OPENAI_API_KEY":null,` + tokens + `,"last_refresh":"2025-10-01T12:00:00.123456789Z"}`, want: protocol.AuthChatGPT},
		{name: "tokens without a time", content: `{` + tokens + `}`, want: protocol.AuthChatGPT},
		{name: "time with an offset", content: `{` + tokens + `,"last_refresh":"2025-10-01T12:00:00+02:00"}`, want: protocol.AuthChatGPT},
		{name: "null tokens", content: `{"tokens":null}`},
		{name: "empty object", content: `{}`},
		{name: "keys in another case", content: `{"openai_api_key":"sk"}`},
		{name: "account is null", content: `{"tokens":{"id_token":"` + id + `","access_token":"a","refresh_token":"r","account_id":null}}`, want: protocol.AuthChatGPT},
		{name: "account is missing", content: `{"tokens":{"id_token":"` + id + `","access_token":"a","refresh_token":"r"}}`, want: protocol.AuthChatGPT},
		{name: "empty access token", content: `{"tokens":{"id_token":"` + id + `","access_token":"","refresh_token":"r"}}`},
		{name: "no access token", content: `{"tokens":{"id_token":"` + id + `","refresh_token":"r"}}`, malformed: true},
		{name: "malformed id token", content: `{"OPENAI_API_KEY":"sk","tokens":{"id_token":"x.y","access_token":"a","refresh_token":"r"}}`, malformed: true},
		{name: "wrong type of key", content: `{"OPENAI_API_KEY":1}`, malformed: true},
		{name: "wrong type of tokens", content: `{"tokens":[]}`, malformed: true},
		{name: "wrong type of token", content: `{"tokens":{"id_token":1,"access_token":"a","refresh_token":"r"}}`, malformed: true},
		{name: "wrong type of account", content: `{"tokens":{"id_token":"` + id + `","access_token":"a","refresh_token":"r","account_id":1}}`, malformed: true},
		{name: "not a time", content: `{"last_refresh":"yesterday"}`, malformed: true},
		{name: "not an object", content: `[]`, malformed: true},
		{name: "null", content: `null`, malformed: true},
		{name: "empty", content: ``, malformed: true},
		{name: "torn", content: `{"OPENAI_API_KEY":"sk`, malformed: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r, err := parse([]byte(test.content))
			if test.malformed {
				if !errors.Is(err, ErrMalformed) {
					t.Fatalf("got %v, want %v", err, ErrMalformed)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			mode, _ := r.mode()
			if diff := cmp.Diff(test.want, mode); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEncode(t *testing.T) {
	t.Parallel()
	key := "sk-<&>"
	chatGPT := signedIn(t, "acct")
	id := chatGPT.tokens.id
	chatGPT.lastRefresh = time.Date(2025, 10, 1, 14, 0, 0, 123456789, time.FixedZone("", 7200))
	unknownAccount := signedIn(t, "acct")
	unknownAccount.tokens.accountID = ""
	for _, test := range []struct {
		name string
		give *record
		want string
	}{
		{"key", &record{apiKey: &key}, "{\n  \"OPENAI_API_KEY\": \"sk-<&>\"\n}"},
		{"tokens", chatGPT, strings.Join([]string{
			`{`,
			`  "OPENAI_API_KEY": null,`,
			`  "tokens": {`,
			`    "id_token": "` + id + `",`,
			`    "access_token": "access-old",`,
			`    "refresh_token": "refresh-old",`,
			`    "account_id": "acct"`,
			`  },`,
			`  "last_refresh": "2025-10-01T12:00:00.123456789Z"`,
			`}`,
		}, "\n")},
		{"account that is not known", unknownAccount, strings.Join([]string{
			`{`,
			`  "OPENAI_API_KEY": null,`,
			`  "tokens": {`,
			`    "id_token": "` + id + `",`,
			`    "access_token": "access-old",`,
			`    "refresh_token": "refresh-old",`,
			`    "account_id": null`,
			`  },`,
			`  "last_refresh": "2025-10-01T11:00:00Z"`,
			`}`,
		}, "\n")},
		{"nothing", &record{}, "{\n  \"OPENAI_API_KEY\": null\n}"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			content, err := test.give.encode()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, string(content)); diff != "" {
				t.Error(diff)
			}
			back, err := parse(content)
			if err != nil {
				t.Fatal(err)
			}
			again, err := back.encode()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, string(again)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMembersOfOtherProgramsStay(t *testing.T) {
	t.Parallel()
	id := idToken(t, "acct")
	r, err := parse([]byte(`{"zeta":{"n":1e2},"tokens":{"id_token":"` + id + `","access_token":"a","refresh_token":"r","more":[]},"agent":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	content, err := r.encode()
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		`{`,
		`  "OPENAI_API_KEY": null,`,
		`  "tokens": {`,
		`    "id_token": "` + id + `",`,
		`    "access_token": "a",`,
		`    "refresh_token": "r",`,
		`    "account_id": null,`,
		`    "more": []`,
		`  },`,
		`  "agent": "x",`,
		`  "zeta": {`,
		`    "n": 1e2`,
		`  }`,
		`}`,
	}, "\n")
	if diff := cmp.Diff(want, string(content)); diff != "" {
		t.Error(diff)
	}
}

func TestReadFile(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	if _, err := readFile(filepath.Join(home, FileName)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want %v", err, fs.ErrNotExist)
	}
	storeText(t, home, strings.Repeat(" ", maxFileSize+1))
	if _, err := readFile(filepath.Join(home, FileName)); !errors.Is(err, ErrMalformed) {
		t.Errorf("got %v, want %v", err, ErrMalformed)
	}
}

func TestParseClaims(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		token string
		want  Claims
		err   bool
	}{
		{name: "everything", token: jwt(t, claimsOf{
			"email": "ann@example.com", "exp": 1759320000,
			openAIClaim: claimsOf{
				"chatgpt_account_id": "acct", "chatgpt_plan_type": "plus", "organization_id": "org", "project_id": "proj",
				"completed_platform_onboarding": true, "is_org_owner": true,
			},
		}), want: Claims{
			Email: "ann@example.com", Plan: "plus", AccountID: "acct", OrganizationID: "org", ProjectID: "proj",
			CompletedOnboarding: true, IsOrgOwner: true, Expires: time.Unix(1759320000, 0),
		}},
		{name: "nothing", token: jwt(t, claimsOf{})},
		{name: "more parts", token: jwt(t, claimsOf{"email": "a"}) + ".x", want: Claims{Email: "a"}},
		{name: "null address", token: jwt(t, claimsOf{"email": nil})},
		{name: "other types", token: jwt(t, claimsOf{"exp": "soon", openAIClaim: claimsOf{"chatgpt_plan_type": 1, "is_org_owner": "yes"}})},
		{name: "account is no object", token: jwt(t, claimsOf{openAIClaim: 1})},
		{name: "fraction of a second", token: jwt(t, claimsOf{"exp": 1.5}), want: Claims{Expires: time.Unix(1, 0)}},
		{name: "address of a wrong type", token: jwt(t, claimsOf{"email": 1}), err: true},
		{name: "two parts", token: "a.b", err: true},
		{name: "empty part", token: "a.e30.", err: true},
		{name: "padding", token: "a.e30=.c", err: true},
		{name: "not JSON", token: "a.YQ.c", err: true},
		{name: "null", token: "a.bnVsbA.c", err: true},
		{name: "empty", token: "", err: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseClaims(test.token)
			if (err != nil) != test.err {
				t.Fatalf("got error %v", err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// FuzzParse holds that what is read and written reads back the same.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"OPENAI_API_KEY":"sk"}`))
	f.Add([]byte(`{"OPENAI_API_KEY":null,"tokens":{"id_token":"` + idToken(f, "acct") + `","access_token":"a","refresh_token":"r","account_id":"acct","x":1},"last_refresh":"2025-10-01T12:00:00.5Z","y":{}}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		first, err := parse(content)
		if err != nil {
			return
		}
		encoded, err := first.encode()
		if err != nil {
			t.Fatal(err)
		}
		second, err := parse(encoded)
		if err != nil {
			t.Fatalf("parse %q: %v", encoded, err)
		}
		again, err := second.encode()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(encoded), string(again)); diff != "" {
			t.Error(diff)
		}
	})
}
