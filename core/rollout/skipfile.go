package rollout

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"maps"
	"slices"

	"github.com/codex-go/codex/protocol"
	"github.com/codex-go/codex/utils/atomicfile"
)

// The file of the index, all numbers little-endian: the magic; how many doors,
// as one byte, and each with its length before it; the records, of 49 bytes;
// and the checksum of everything before it. The magic changes when the file
// does, or the rules about what a list shows.
const (
	skipsMagic = "codex sessions cache 1\n"
	recordSize = 16 + 8 + 8 + 8 + 8 + 1
	// maxSkipsFile is more than the largest index takes.
	maxSkipsFile = maxSkips*recordSize + maxSources*256 + 64
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// load takes in what the file has, if it has changed. A file that cannot be
// read, or is damaged, has nothing.
func (x *skipIndex) load() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.merge()
}

func (x *skipIndex) merge() {
	f, info, err := openRegular(x.path)
	if err != nil {
		return
	}
	defer f.Close()
	s, _, ok := stampOf(info)
	if !ok || s == x.loaded || s.size > maxSkipsFile {
		return
	}
	x.loaded = s
	data := make([]byte, s.size)
	if _, err := io.ReadFull(f, data); err != nil {
		return
	}
	doors, records, ok := decodeSkips(data)
	if !ok {
		return
	}
	var why [256]uint8
	var usable [256]bool
	why[showsNothing], usable[showsNothing] = showsNothing, true
	for i, source := range doors {
		why[i], usable[i] = x.door(source)
	}
	if x.known == nil {
		x.known = make(map[skipKey]skip, len(records)/recordSize)
	}
	for r := range slices.Chunk(records, recordSize) {
		key, k := decodeSkip(r)
		if _, ours := x.known[key]; ours || !usable[k.why] {
			continue
		}
		k.why = why[k.why]
		x.known[key] = k
	}
}

// save writes the index, together with what another process wrote since it was
// read. When two write at the same time one of them wins, and both are right.
func (x *skipIndex) save() {
	x.merge()
	x.trim()
	if err := atomicfile.Replace(x.path, x.encode(), atomicfile.Options{}); err != nil {
		x.off = true // and the next process tries again
		return
	}
	x.unsaved = 0
}

// trim keeps the index within its bound. What this process did not meet goes
// first.
func (x *skipIndex) trim() {
	for _, met := range []bool{false, true} {
		maps.DeleteFunc(x.known, func(_ skipKey, k skip) bool {
			return len(x.known) > maxSkips && k.used == met
		})
	}
}

func (x *skipIndex) encode() []byte {
	b := make([]byte, 0, len(skipsMagic)+1+len(x.doors)*16+len(x.known)*recordSize+crc32.Size)
	b = append(b, skipsMagic...)
	b = append(b, byte(len(x.doors)))
	for _, source := range x.doors {
		b = append(b, byte(len(source)))
		b = append(b, source...)
	}
	for key, k := range x.known {
		b = append(b, key.id[:]...)
		b = binary.LittleEndian.AppendUint64(b, key.inode)
		b = binary.LittleEndian.AppendUint64(b, uint64(k.size))
		b = binary.LittleEndian.AppendUint64(b, uint64(k.modified))
		b = binary.LittleEndian.AppendUint64(b, uint64(k.changed))
		b = append(b, k.why)
	}
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// decodeSkips takes the file apart. ok is false when it is not as it was
// written.
func decodeSkips(data []byte) (doors []protocol.SessionSource, records []byte, ok bool) {
	if len(data) < len(skipsMagic)+1+crc32.Size {
		return nil, nil, false
	}
	body, sum := data[:len(data)-crc32.Size], data[len(data)-crc32.Size:]
	rest, found := bytes.CutPrefix(body, []byte(skipsMagic))
	if !found || crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(sum) {
		return nil, nil, false
	}
	n := int(rest[0])
	rest = rest[1:]
	for range n {
		if len(rest) == 0 || len(rest) < 1+int(rest[0]) {
			return nil, nil, false
		}
		end := 1 + int(rest[0])
		doors = append(doors, protocol.SessionSource(rest[1:end]))
		rest = rest[end:]
	}
	if n > maxSources || len(rest)%recordSize != 0 {
		return nil, nil, false
	}
	for r := range slices.Chunk(rest, recordSize) {
		if why := r[recordSize-1]; why != showsNothing && int(why) >= n {
			return nil, nil, false
		}
	}
	return doors, rest, true
}

func decodeSkip(r []byte) (key skipKey, k skip) {
	copy(key.id[:], r)
	number := func(i int) uint64 { return binary.LittleEndian.Uint64(r[16+8*i:]) }
	key.inode = number(0)
	return key, skip{size: int64(number(1)), modified: int64(number(2)), changed: int64(number(3)), why: r[recordSize-1]}
}
