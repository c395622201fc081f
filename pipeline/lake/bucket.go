package lake

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/azureblob" // azblob://
	"gocloud.dev/blob/fileblob"
	_ "gocloud.dev/blob/gcsblob" // gs://
	_ "gocloud.dev/blob/s3blob"  // s3://
	"gocloud.dev/gcerrors"

	"github.com/statloom/statloom/pipeline/fault"
)

// IsURL reports whether a place is given by URL and not by the path of a folder.
func IsURL(where string) bool { return strings.Contains(where, "://") }

// OpenBucket opens an object store given by its URL: s3://, gs://, azblob:// or file://. A prefix within it is given as
// ?prefix=folder/. Credentials come from where the store's own programs take them.
func OpenBucket(ctx context.Context, where string) (*blob.Bucket, error) {
	scheme, rest, _ := strings.Cut(where, "://")
	known := blob.DefaultURLMux()
	if !known.ValidBucketScheme(scheme) {
		return nil, &fault.Error{
			Kind: fault.Config, What: fmt.Sprintf("nothing can be kept at %s://", scheme),
			Remedy: "give a folder, or a URL that starts with one of: " + strings.Join(known.BucketSchemes(), ", "),
		}
	}
	if scheme == fileblob.Scheme {
		return openFolderBucket(filepath.FromSlash(rest))
	}
	b, err := known.OpenBucket(ctx, where)
	if err != nil {
		return nil, &fault.Error{Kind: fault.Config, What: "open " + scheme + "://", Err: err, Remedy: "see whether the URL and its parameters are right"}
	}
	return b, nil
}

// openFolderBucket opens a bucket in a folder, which is made if need be.
func openFolderBucket(dir string) (*blob.Bucket, error) {
	// NoTempDir keeps the working file beside its target: a rename across file systems is not atomic.
	b, err := fileblob.OpenBucket(dir, &fileblob.Options{
		CreateDir: true, DirFileMode: 0o755, NoTempDir: true, Metadata: fileblob.MetadataDontWrite,
	})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", dir, err)
	}
	return b, nil
}

// errAway marks errors of a store that may be back later.
var errAway = errors.New("the object store did not do it")

// Away reports whether an error is that of an object store that may be back later.
func Away(err error) bool { return errors.Is(err, errAway) }

// StoreError says of an error of an object store what was to be done, and whether it may pass.
func StoreError(what string, err error) error {
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s: %w", what, err)
	}
	switch gcerrors.Code(err) {
	case gcerrors.PermissionDenied, gcerrors.InvalidArgument, gcerrors.Unimplemented, gcerrors.FailedPrecondition:
		return fmt.Errorf("%s: %w", what, err)
	}
	return &fault.Error{
		Kind: fault.Unavailable, What: what, Err: errors.Join(errAway, err),
		Remedy: "see whether the store can be reached and the credentials are right",
	}
}
