package outage

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestExplain(t *testing.T) {
	t.Parallel()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(silent.Close)
	rude := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	t.Cleanup(rude.Close)
	gone := errors.New("gone home")
	ended, end := context.WithCancelCause(t.Context())
	end(gone)
	proxy := func(r *http.Request) (*url.URL, error) {
		if r.URL.Hostname() == "behind-proxy.invalid" {
			return url.Parse("http://ann:secret@127.0.0.1:1")
		}
		return nil, nil
	}
	transport := &http.Transport{Proxy: proxy, DisableKeepAlives: true}
	for _, test := range []struct {
		name    string
		ctx     context.Context
		address string
		want    string // empty: nothing but the outage
	}{
		{"nobody there", t.Context(), "http://127.0.0.1:1/?secret", "connection refused"},
		{"a proxy", t.Context(), "http://behind-proxy.invalid/?secret", "proxyconnect tcp: dial tcp 127.0.0.1:1: "},
		{"not trusted", t.Context(), secure.URL + "/?secret", "certificate"},
		{"slow", t.Context(), silent.URL + "/?secret", "time-out"},
		{"ended", ended, "http://127.0.0.1:1/?secret", "gone home"},
		{"cut off", t.Context(), rude.URL + "/?secret", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			request, err := http.NewRequestWithContext(test.ctx, http.MethodGet, test.address, nil)
			if err != nil {
				t.Fatal(err)
			}
			client := &http.Client{Transport: transport}
			if test.name == "slow" {
				client.Timeout = time.Millisecond
			}
			response, err := client.Do(request)
			if err == nil {
				response.Body.Close()
				t.Fatal("an answer")
			}
			what := errors.New("no answer")
			got := Explain(test.ctx, what, err)
			if !errors.Is(got, what) || !strings.Contains(got.Error(), test.want) || strings.Contains(got.Error(), "secret") {
				t.Errorf("got %v of %v, want %q", got, err, test.want)
			}
			if test.want == "" && got != what {
				t.Errorf("got %v of %v", got, err)
			}
		})
	}
}
