package xls

import (
	"bytes"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha1"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/statloom/statloom/pipeline/fault"
	"github.com/statloom/statloom/sources/sheet"
)

// method is a way to encrypt a book: what the FILEPASS record holds, and the encryption of bytes at a place.
type method struct {
	name    string
	version version
	pass    func(password string) []byte
	encrypt func(password string, at int64, size int, data []byte)
}

var salt = []byte("sixteen bytes of")

// methods are the ways that books are encrypted in.
var methods = []method{
	{"XOR in BIFF5", biff5, func(p string) []byte { return xorPass(p) }, xorEncrypt},
	{"XOR in BIFF8", biff8, func(p string) []byte { return put(0, xorPass(p)) }, xorEncrypt},
	{"RC4", biff8, func(p string) []byte {
		verifier, hash := []byte("verifier, 16 by!"), md5.Sum([]byte("verifier, 16 by!"))
		c := cipherOf(md5Block(p, 0))
		c.XORKeyStream(verifier, verifier)
		c.XORKeyStream(hash[:], hash[:])
		return put(1, 1, 1, salt, verifier, hash[:])
	}, rc4Encrypt(md5Block)},
	{"CryptoAPI, 128 bits", biff8, capiPass(128), rc4Encrypt(sha1Block(128))},
	{"CryptoAPI, 40 bits", biff8, capiPass(40), rc4Encrypt(sha1Block(40))},
}

func xorPass(password string) []byte {
	if password == defaultPassword {
		return []byte{0x59, 0xB3, 0x0A, 0x9A} // as in books that Excel wrote
	}
	return []byte{1, 2, 3, 4}
}

func xorEncrypt(_ string, at int64, size int, data []byte) {
	keys := []byte("VelvetSweatshop\xBB")
	for i := range data {
		k := keys[(at+int64(size)+int64(i))%16] ^ [2]byte{0x59, 0xB3}[(at+int64(size)+int64(i))%2]
		data[i] ^= k<<2 | k>>6
		data[i] = data[i]<<5 | data[i]>>3
	}
}

func md5Block(password string, block int) []byte {
	h := md5.Sum(utf16Bytes(password))
	h = md5.Sum(bytes.Repeat(append(h[:5:5], salt...), 16))
	h = md5.Sum(put(h[:5], uint32(block)))
	return h[:]
}

func sha1Block(bits int) func(string, int) []byte {
	return func(password string, block int) []byte {
		h := sha1.Sum(put(salt, utf16Bytes(password)))
		h = sha1.Sum(put(h[:], uint32(block)))
		key := make([]byte, 16)
		copy(key, h[:bits/8])
		return key
	}
}

func capiPass(bits int) func(string) []byte {
	return func(password string) []byte {
		verifier, hash := []byte("verifier, 16 by!"), sha1.Sum([]byte("verifier, 16 by!"))
		c := cipherOf(sha1Block(bits)(password, 0))
		c.XORKeyStream(verifier, verifier)
		c.XORKeyStream(hash[:], hash[:])
		provider := utf16Bytes("Microsoft Enhanced Cryptographic Provider v1.0\x00")
		header := put(uint32(4), uint32(0), uint32(0x6801), uint32(0x8004), uint32(bits), uint32(1), uint32(0), uint32(0), provider)
		return put(1, 4, 2, uint32(4), uint32(len(header)), header, uint32(16), salt, verifier, uint32(20), hash[:])
	}
}

func cipherOf(key []byte) *rc4.Cipher {
	c, err := rc4.NewCipher(key)
	if err != nil {
		panic(err)
	}
	return c
}

func rc4Encrypt(key func(string, int) []byte) func(string, int64, int, []byte) {
	return func(password string, at int64, _ int, data []byte) {
		for i := range data { // byte by byte, each from the start of its block
			pos := at + int64(i)
			stream := make([]byte, pos%1024+1)
			cipherOf(key(password, int(pos/1024))).XORKeyStream(stream, stream)
			data[i] ^= stream[pos%1024]
		}
	}
}

// encrypt makes an encrypted book of a plain one.
func encrypt(plain []byte, m method, password string) []byte {
	pass := m.pass(password)
	shift := recordHeader + len(pass)
	var out []byte
	for first := true; len(plain) > 0; first = false {
		id, size := le.Uint16(plain), int(le.Uint16(plain[2:]))
		at := len(out) + recordHeader
		out = append(out, plain[:recordHeader+size]...)
		plain = plain[recordHeader+size:]
		switch data := out[at:]; id {
		case recBOF, recInterfaceHdr:
		case recBoundSheet:
			le.PutUint32(data, le.Uint32(data)+uint32(shift))
			m.encrypt(password, int64(at)+4, size, data[4:])
		default:
			m.encrypt(password, int64(at), size, data)
		}
		if first {
			out = append(out, put(recFilePass, len(pass), pass)...)
		}
	}
	return out
}

func TestEncrypted(t *testing.T) {
	for _, m := range methods {
		t.Run(m.name, func(t *testing.T) {
			plain := writeBook(t, m.version, described(m.version))
			want, err := dump(t, plain, sheet.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := dump(t, encrypt(plain, m, defaultPassword), sheet.Limits{})
			if d := cmp.Diff(want, got); d != "" || err != nil {
				t.Error(err, d)
			}
			_, err = openBytes(t, encrypt(plain, m, "another"), sheet.Limits{})
			refused(t, err, fault.Input, "encrypted with a password (open it in a spreadsheet program and save it without a password)")
		})
	}
	t.Run("unknown method", func(t *testing.T) {
		for _, pass := range [][]byte{nil, {1, 0}, put(2, make([]byte, 60)), put(1, 2, 2, make([]byte, 60)), put(1, 4, 2, uint32(4), uint32(1<<31), make([]byte, 80))} {
			w := writer{version: biff8}
			w.bof(kindGlobals)
			w.record(recFilePass, pass)
			_, err := openBytes(t, w.out, sheet.Limits{})
			refused(t, err, fault.Input, "encrypted with a password")
		}
	})
}
