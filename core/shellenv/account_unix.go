//go:build unix

package shellenv

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
)

// currentAccount returns the account of the real user id. The file that every
// Unix has is read first. What is not in it may be known to a directory
// service, which only programs of the system can ask without C.
func currentAccount(ctx context.Context) (Account, error) {
	uid := strconv.Itoa(os.Getuid())
	data, err := os.ReadFile("/etc/passwd")
	if err == nil {
		if account, err := parsePasswd(data, uid); err == nil {
			return account, nil
		}
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	query := exec.CommandContext(ctx, "/usr/bin/getent", "passwd", uid)
	if runtime.GOOS == "darwin" {
		query = exec.CommandContext(ctx, "/usr/bin/id", "-P", uid)
	}
	out, err := query.Output()
	if err != nil {
		return Account{}, fmt.Errorf("look up user %s: %w", uid, err)
	}
	return parsePasswd(out, uid)
}

// parsePasswd finds a user id in data, lines in the format of /etc/passwd: name,
// password, uid, gid, comment, home and shell, with colons between. The lines of
// master.passwd have three fields more before the comment.
func parsePasswd(data []byte, uid string) (Account, error) {
	for line := range bytes.Lines(data) {
		fields := strings.Split(strings.TrimRight(string(line), "\r\n"), ":")
		if len(fields) < 7 || fields[2] != uid || strings.HasPrefix(fields[0], "#") {
			continue
		}
		return Account{Home: fields[len(fields)-2], Shell: fields[len(fields)-1]}, nil
	}
	return Account{}, fmt.Errorf("user %s: %w", uid, ErrNoAccount)
}
