//go:build unix

package shellenv

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParsePasswd(t *testing.T) {
	t.Parallel()
	const file = "##\n# 10:x:10:\nroot:x:0:0:root:/root:/bin/bash\nbroken:x:7\nu:x:1000:1000:A, Name,,:/home/u:/usr/bin/zsh\r\ntwin:x:1000:1:::/bin/sh\nempty:x:5:5:::\nmac:********:501:20::0:0:Full Name:/Users/mac:/bin/zsh"
	tests := []struct {
		name, uid string
		want      Account
		err       error
	}{
		{"root", "0", Account{"/root", "/bin/bash"}, nil},
		{"first of two", "1000", Account{"/home/u", "/usr/bin/zsh"}, nil},
		{"empty fields", "5", Account{}, nil},
		{"master.passwd", "501", Account{"/Users/mac", "/bin/zsh"}, nil},
		{"too few fields", "7", Account{}, ErrNoAccount},
		{"comment", "10", Account{}, ErrNoAccount},
		{"missing", "42", Account{}, ErrNoAccount},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := parsePasswd([]byte(file), tt.uid)
			if diff := cmp.Diff(tt.want, got); diff != "" || !errors.Is(err, tt.err) {
				t.Errorf("error %v, account (-want +got):\n%s", err, diff)
			}
		})
	}
}

func FuzzParsePasswd(f *testing.F) {
	f.Add([]byte("root:x:0:0:root:/root:/bin/bash\n"))
	f.Add([]byte("mac:*:0:20::0:0:N:/Users/mac:/bin/zsh"))
	f.Fuzz(func(t *testing.T, data []byte) {
		account, err := parsePasswd(data, "0")
		if err != nil && (account != Account{}) {
			t.Errorf("account %v with error %v", account, err)
		}
	})
}
