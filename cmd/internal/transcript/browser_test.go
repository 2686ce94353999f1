package transcript

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestBrowser opens the page in a real browser and looks at what it made of it.
func TestBrowser(t *testing.T) {
	t.Parallel()
	var browser string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		t.Skip("no Chromium on this machine: the page is not opened in a browser")
	}
	dir := t.TempDir()
	page := filepath.Join(dir, "talk.html")
	var b bytes.Buffer
	if err := read(t).WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(page, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	args := []string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--user-data-dir=" + filepath.Join(dir, "profile"),
	}
	if shot := os.Getenv("TRANSCRIPT_SCREENSHOT"); shot != "" {
		args = append(args, "--window-size=900,1400", "--screenshot="+shot)
	} else {
		args = append(args, "--dump-dom")
	}
	out, err := exec.CommandContext(ctx, browser, append(args, "file://"+page)...).Output()
	if err != nil {
		t.Fatalf("open the page: %v", err)
	}
	if os.Getenv("TRANSCRIPT_SCREENSHOT") != "" {
		return
	}
	dom := string(out)
	for _, want := range []string{
		"Make the &lt;b&gt;tests&lt;/b&gt; pass &amp; tidy up", "go test ./...", "exit 1", `<span class="add">+new</span>`,
		`<span class="del">-old</span>`, "You are welcome.", "1,000 tokens in",
	} {
		if !strings.Contains(dom, want) {
			t.Errorf("the page in the browser does not hold %q", want)
		}
	}
}
