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

// URL reads a file into a data: URL. The type comes from the name, or from
// the content when the name tells nothing.
func URL(path string) (string, error) {
	data, err := read(path, MaxBytes)
	if err != nil {
		return "", err
	}
	return "data:" + typeOf(path, data) + ";base64," + base64.StdEncoding.EncodeToString(data), nil
}

// Check reports why the file at path is not an image that can be sent to a
// model, or nil. It reads no more than the head of the file.
func Check(path string) error {
	head, err := read(path, 512)
	if err != nil {
		return err
	}
	if t := typeOf(path, head); !strings.HasPrefix(t, "image/") {
		return fmt.Errorf("read image %s: the file is not an image", path)
	}
	return nil
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

// types are the types that file names tell. The system's tables are not
// asked: they differ from machine to machine.
var types = map[string]string{
	".apng": "image/apng", ".avif": "image/avif", ".bmp": "image/bmp", ".gif": "image/gif",
	".heic": "image/heic", ".heif": "image/heif", ".ico": "image/x-icon", ".jfif": "image/jpeg",
	".jpeg": "image/jpeg", ".jpg": "image/jpeg", ".png": "image/png", ".svg": "image/svg+xml",
	".tif": "image/tiff", ".tiff": "image/tiff", ".webp": "image/webp", ".txt": "text/plain",
}

// typeOf names the type of a file, "image" when nothing tells it.
func typeOf(path string, head []byte) string {
	if t, ok := types[strings.ToLower(filepath.Ext(path))]; ok {
		return t
	}
	if t := http.DetectContentType(head); strings.HasPrefix(t, "image/") {
		return t
	}
	return "image"
}
