package imagefile

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// MaxBytes bounds the image files that are sent to a model.
const MaxBytes = 32 << 20

// URL reads an image file into a data: URL. What is not an image is refused:
// a provider that is sent it refuses the whole conversation from then on.
func URL(path string) (string, error) {
	data, err := read(path, MaxBytes)
	if err != nil {
		return "", err
	}
	mime, err := typeOf(path, data)
	if err != nil {
		return "", err
	}
	return "data:" + mime + ";base64," + base64.StdEncoding.EncodeToString(data), nil
}

// Check reports why the file at path is not an image that can be sent to a
// model, or nil. It reads no more than the head of the file.
func Check(path string) error {
	head, err := read(path, 512)
	if err != nil {
		return err
	}
	_, err = typeOf(path, head)
	return err
}

// read reads up to limit bytes of a file that may be an image.
func read(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path) // before opening: it may be a pipe
	switch {
	case err != nil:
		return nil, fmt.Errorf("read image: %w", err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("read image %s: not a regular file", path)
	case info.Size() > MaxBytes:
		return nil, fmt.Errorf("read image %s: %d bytes are more than the limit of %d", path, info.Size(), MaxBytes)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read image: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit))
	if err != nil {
		return nil, fmt.Errorf("read image: %w", err)
	}
	return data, nil
}

// types are the image types that cannot be told from the head of a file, by
// its name. The system's tables are not asked: they differ from machine to
// machine.
var types = map[string]string{
	".apng": "image/apng", ".avif": "image/avif", ".heic": "image/heic", ".heif": "image/heif",
	".svg": "image/svg+xml", ".tif": "image/tiff", ".tiff": "image/tiff",
}

// typeOf names the type of an image: what its content says, or else its name.
func typeOf(path string, head []byte) (string, error) {
	if t := http.DetectContentType(head); strings.HasPrefix(t, "image/") {
		return t, nil
	}
	if t, ok := types[strings.ToLower(filepath.Ext(path))]; ok && len(head) > 0 {
		return t, nil
	}
	return "", fmt.Errorf("read image %s: the file is not an image", path)
}
