package mcpclient

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEnvironFor(t *testing.T) {
	t.Parallel()
	base := []string{
		"OPENAI_API_KEY=k", "PATH=/bin", "HOME=/home/u", "CODEX_HOME=/c", "HTTPS_PROXY=p", "TZ=", "LC_ALL=C", "LC_CTYPE=x",
		"USERPROFILE=C:\\u", "PATHEXT=.EXE", "TEMP=t", "Path=other", "__CF_USER_TEXT_ENCODING=0",
	}
	tests := []struct {
		name string
		goos string
		own  map[string]string
		want []string
	}{
		{"unix", "linux", nil, []string{"HOME=/home/u", "PATH=/bin", "__CF_USER_TEXT_ENCODING=0", "LC_ALL=C", "TZ="}},
		{"windows", "windows", nil, []string{"PATH=/bin", "PATHEXT=.EXE", "USERPROFILE=C:\\u", "TEMP=t"}},
		{"the server's own", "linux", map[string]string{"Z": "1", "HOME": "/other", "A": "a=b"},
			[]string{"HOME=/other", "PATH=/bin", "__CF_USER_TEXT_ENCODING=0", "LC_ALL=C", "TZ=", "A=a=b", "Z=1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, environFor(tt.goos, base, tt.own)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
