package xls

import (
	"cmp"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
)

// defaultPassword opens the books that Excel encrypts because they are write-protected, without asking anyone.
const defaultPassword = "VelvetSweatshop"

// key is what opens an encrypted book.
type key interface {
	cipher() cipher // a new one for each reader
}

// cipher decrypts the data of a record that begins at a place of the stream. Places count headers, too, which are not
// encrypted.
type cipher interface {
	decrypt(at int64, record, data []byte)
}

// Records that are not encrypted.
const (
	recUsrExcl      = 0x0194
	recFileLock     = 0x0195
	recRRDInfo      = 0x0196
	recRRDHead      = 0x0138
	recInterfaceHdr = 0x00E1
)

// decrypt decrypts the data of a record in place.
func decrypt(c cipher, id uint16, at int64, data []byte) {
	switch id {
	case recBOF, recFilePass, recUsrExcl, recFileLock, recRRDInfo, recRRDHead, recInterfaceHdr:
		return
	case recBoundSheet: // where the sheet begins stays readable
		if len(data) > 4 {
			c.decrypt(at+4, data, data[4:])
		}
		return
	}
	c.decrypt(at, data, data)
}

// unlock reads a FILEPASS record: the book is encrypted.
func (g *globals) unlock() error {
	d := g.in.rest
	if g.version == biff8 {
		const xorKind, rc4Kind = 0, 1
		switch {
		case len(d) >= 6 && u16(d, 0) == xorKind:
			g.key = xorKeyOf(d[2:])
		case len(d) >= 54 && u16(d, 0) == rc4Kind && u16(d, 2) == 1:
			g.key = md5KeyOf(d[6:54])
		case len(d) >= 54 && u16(d, 0) == rc4Kind:
			g.key = sha1KeyOf(d[6:])
		}
	} else if len(d) >= 4 {
		g.key = xorKeyOf(d)
	}
	if g.key == nil {
		return g.fault("this workbook is encrypted with a password", "open it in a spreadsheet program and save it without a password")
	}
	g.in.rs.cipher = g.key.cipher()
	return nil
}

// xorKey is the obfuscation of old books: sixteen bytes over and over.
type xorKey [16]byte

// What a FILEPASS record of the default password holds: the key that the password gives, and its hash.
const (
	defaultXOR  = 0xB359
	defaultHash = 0x9A0A
)

// xorKeyOf makes the key; nil when the record was written for another password.
func xorKeyOf(d []byte) key {
	if u16(d, 0) != defaultXOR || u16(d, 2) != defaultHash {
		return nil
	}
	k := xorKey{15: 0xBB} // which stands where a password has no more characters
	copy(k[:], defaultPassword)
	for i := range k {
		k[i] = bits.RotateLeft8(k[i]^d[i%2], 2)
	}
	return k
}

func (k xorKey) cipher() cipher { return k }

func (k xorKey) decrypt(at int64, record, data []byte) {
	i := at + int64(len(record))
	for n, c := range data {
		data[n] = bits.RotateLeft8(c, 3) ^ k[(i+int64(n))&15]
	}
}

// rc4Key gives the key of each block of the stream.
type rc4Key func(block uint32) []byte

// rc4Block is the length of the stretches of the stream that have a key of their own.
const rc4Block = 1024

// md5KeyOf makes the key from salt, verifier and the verifier's hash, each of 16 bytes; nil when the password is another.
func md5KeyOf(d []byte) key {
	const known = 5 // bytes of the key that are secret
	base := md5.Sum(utf16Bytes(defaultPassword))
	var salted []byte
	for range 16 {
		salted = append(append(salted, base[:known]...), d[:16]...)
	}
	base = md5.Sum(salted)
	k := rc4Key(func(block uint32) []byte {
		sum := md5.Sum(binary.LittleEndian.AppendUint32(base[:known:known], block))
		return sum[:]
	})
	return k.verified(d[16:32], d[32:48], func(b []byte) []byte { sum := md5.Sum(b); return sum[:] })
}

// sha1KeyOf makes the key of the CryptoAPI variety from its header; nil when the password or the method is another.
func sha1KeyOf(d []byte) key {
	const fixed = 32 // bytes of the header before the name of the provider
	if len(d) < 8 {
		return nil
	}
	size := int64(u32(d, 4))
	d = d[8:]
	if size < fixed || size+4+16+16+4+20 > int64(len(d)) {
		return nil
	}
	const rc4Algorithm, rc4Default = 0x6801, 0
	length := cmp.Or(int(u32(d, 16)), 40) // in bits
	if id := u32(d, 8); (id != rc4Algorithm && id != rc4Default) || length < 8 || length > 128 {
		return nil
	}
	verifier := d[size+4:] // after the length of the salt: salt, verifier, length of the hash, hash
	base := sha1.Sum(append(append([]byte(nil), verifier[:16]...), utf16Bytes(defaultPassword)...))
	k := rc4Key(func(block uint32) []byte {
		sum := sha1.Sum(binary.LittleEndian.AppendUint32(base[:len(base):len(base)], block))
		if length == 40 { // the rest of the key is zeros
			return append(sum[:5:5], make([]byte, 11)...)
		}
		return sum[:length/8]
	})
	return k.verified(verifier[16:32], verifier[36:56], func(b []byte) []byte { sum := sha1.Sum(b); return sum[:] })
}

// verified gives the key if it decrypts the verifier to what hashes to its hash.
func (k rc4Key) verified(verifier, hash []byte, sum func([]byte) []byte) key {
	c, err := rc4.NewCipher(k(0))
	if err != nil {
		return nil
	}
	plain, want := make([]byte, len(verifier)), make([]byte, len(hash))
	c.XORKeyStream(plain, verifier)
	c.XORKeyStream(want, hash)
	if subtle.ConstantTimeCompare(sum(plain), want) != 1 {
		return nil
	}
	return k
}

func (k rc4Key) cipher() cipher { return &rc4Cipher{key: k, block: -1} }

// rc4Cipher goes along the stream.
type rc4Cipher struct {
	key   rc4Key
	block int64
	used  int64 // bytes of the block's key stream that are spent
	rc4   *rc4.Cipher
	waste [rc4Block]byte
}

func (c *rc4Cipher) decrypt(at int64, _, data []byte) {
	for len(data) > 0 {
		block, offset := at/rc4Block, at%rc4Block
		if block != c.block || offset < c.used {
			var err error
			if c.rc4, err = rc4.NewCipher(c.key(uint32(block))); err != nil {
				return // the key was good for the verifier
			}
			c.block, c.used = block, 0
		}
		skip := c.waste[:offset-c.used]
		c.rc4.XORKeyStream(skip, skip)
		n := min(int64(len(data)), rc4Block-offset)
		c.rc4.XORKeyStream(data[:n], data[:n])
		c.used = offset + n
		at, data = at+n, data[n:]
	}
}

func utf16Bytes(s string) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return out
}
