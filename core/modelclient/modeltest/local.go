package modeltest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// serveLocal answers the requests that only local model servers know: those
// that list and pull models. It reports whether the request was one.
func (s *Server) serveLocal(w http.ResponseWriter, r *http.Request) bool {
	switch {
	case r.Method == http.MethodGet && r.URL.Path == "/v1/models":
		list := []object{}
		for _, name := range s.listed() {
			list = append(list, object{"id": name, "object": "model"})
		}
		writeJSON(w, object{"object": "list", "data": list})
	case r.Method == http.MethodGet && r.URL.Path == "/api/tags":
		list := []object{}
		for _, name := range s.listed() {
			list = append(list, object{"name": name})
		}
		writeJSON(w, object{"models": list})
	case r.Method == http.MethodPost && r.URL.Path == "/api/pull":
		s.pull(w, r)
	default:
		return false
	}
	return true
}

func (s *Server) listed() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.models)
}

func (s *Server) pull(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Model string `json:"model"`
	}
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	lines := s.options.Pull
	if lines == nil {
		lines = []string{
			`{"status":"pulling manifest"}`,
			`{"status":"pulling layer","digest":"sha256:1","total":1000,"completed":500}`,
			`{"status":"pulling layer","digest":"sha256:1","total":1000,"completed":1000}`,
			`{"status":"success"}`,
		}
		s.mu.Lock()
		s.models = append(s.models, request.Model)
		s.mu.Unlock()
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	fmt.Fprint(w, strings.Join(lines, "\n")+"\n")
}

func writeJSON(w http.ResponseWriter, o object) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(encode(o)) // the client may be gone
}
