/// Gingham for other languages: input gradients of convolutional nets, and every verb of the command line.
///
/// Link with -lginghamc. One rule each:
///
/// - Memory. Arrays that the caller hands in (`const gingham_tensor *`, words, paths) are read while the call lasts and not
///   kept; float arrays are read where they lie, without a copy. A result tensor whose `data` is set is written there, in
///   the caller's memory; where `data` is NULL, memory is made that the caller gives back with gingham_free(). Strings that
///   are returned as `char *` are given back with gingham_free(), models with gingham_close(), errors with
///   gingham_error_free(). What is returned as `const char *` is not given back.
/// - Errors are values. A function that fails returns NULL, or a number other than 0, and stores an error in `*error` where
///   `error` is not NULL. Results are then not set, and nothing is left behind. Nothing is printed, and no process is ended,
///   unless the system refuses memory that it said it had.
/// - Threads. Every function may be called from any thread. Calls with one model wait for each other; calls with several
///   models, and runs, go on side by side. Results are the same bytes for the same number of threads.
/// - The host's process stays as it is, but for gingham_main(), whose process it becomes: signals, locale, standard input and output, and the environment are not touched;
///   OpenMP's and OpenBLAS' numbers of threads are set for the calls that need it, and set back.
/// - Fork. A process that was forked from one in which a model was opened or a verb was run has none of the threads that
///   work there: calls in it fail with an error of the kind "forked". Start the process anew (in Python: "spawn" or
///   "forkserver"), or open the first model behind the fork.
/// - Options are the words of the command line, one string each, in a JSON array: `["--input-size", "64x64"]`. What there is
///   to say, gingham_describe_verbs() tells.
///
/// Pictures and activations are N×C×H×W, row-major, 32-bit floats, pixels in 0…1: mean and deviation are part of the net.
#ifndef GINGHAM_H
#define GINGHAM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Counts up with every change that a caller would notice. The library answers with gingham_interface_version().
#define GINGHAM_INTERFACE_VERSION 1

/// The most axes that a tensor has here.
#define GINGHAM_LARGEST_RANK 8

/// A net that was opened.
typedef struct gingham_model gingham_model;

/// What went wrong.
typedef struct gingham_error gingham_error;

/// An array of 32-bit floats, row-major.
typedef struct gingham_tensor {
  /// In front of a call that writes it: the memory to write, of exactly the shape below, or NULL for new memory.
  float *data;
  /// The first `rank` are set.
  int64_t shape[GINGHAM_LARGEST_RANK];
  int32_t rank;
} gingham_tensor;

/// Whom a call tells how far it is, and asks whether it shall go on. Both may be NULL. They are called on the threads at
/// work, possibly several at once, and must not call back into the model at work.
typedef struct gingham_observer {
  /// Handed to both functions.
  void *user;
  /// `done` of `total` of what is being counted; `total` is 0 where it cannot be counted. `what` lives as long as the call.
  void (*progress)(void *user, const char *what, int64_t done, int64_t total);
  /// Anything but 0 gives the work up soon after: the call fails with an error of the kind "interrupted". A run that keeps
  /// parts of its work keeps what is finished, and the next run with the same words goes on from there.
  int32_t (*is_cancelled)(void *user);
} gingham_observer;

// MARK: The library

/// GINGHAM_INTERFACE_VERSION of the library at hand.
int32_t gingham_interface_version(void);

/// The version of Gingham, such as "0.1.0".
const char *gingham_version(void);

/// Every verb with its options as JSON: names, kinds, values, defaults and help. NULL where there is no memory.
char *gingham_describe_verbs(void);

/// Gives back what a function returned. NULL is passed over.
void gingham_free(void *memory);

/// What an error is about, in one word: "usage", "interrupted", "forked", "stale", or the subject: "network", "objective",
/// "format", "model", "engine", "image", …
const char *gingham_error_kind(const gingham_error *error);

/// What is wrong, where, and what to do about it.
const char *gingham_error_text(const gingham_error *error);

/// Gives an error back. NULL is passed over.
void gingham_error_free(gingham_error *error);

// MARK: Models

/// Opens a net: a .onnx, .safetensors, .pth or .pt file, or random:NAME[?seed=N].
///
/// `options` is a JSON array of words that every verb with a net takes: --architecture, --section, --mean, --std,
/// --input-size, --input, --output-name, --class-names, --limit, --threads, --backend, --precision. NULL is none.
gingham_model *gingham_open(const char *path, const char *options, gingham_error **error);

/// Closes a net. No call with it may be under way. NULL is passed over.
void gingham_close(gingham_model *model);

/// A net as JSON: `input_shape`, `layers` (as the verb `layers` has them), `classes`, `outputs`, `digest`, `backend`,
/// `precision`, `threads`, and `remarks` on what to know before trusting a gradient of it.
char *gingham_describe(gingham_model *model, gingham_error **error);

/// Reads a picture, or a .npy array of one, as the net sees it: 1×C×H×W, scaled as the net's pipeline does.
int32_t gingham_picture(gingham_model *model, const char *path, gingham_tensor *picture, gingham_error **error);

/// The same for a picture in memory: height×width×channels bytes, as sRGB; 1 channel is grey, 2 and 4 have alpha last.
int32_t gingham_picture_of_bytes(
    gingham_model *model, const uint8_t *bytes, int64_t height, int64_t width, int64_t channels,
    gingham_tensor *picture, gingham_error **error);

// MARK: Passes

/// Activations of layers.
///
/// `layers` is a JSON array of names; "output" is the net's output. `activations` has a tensor for each.
int32_t gingham_activations(
    gingham_model *model, const char *layers, const gingham_tensor *input, gingham_tensor *activations,
    const gingham_observer *observer, gingham_error **error);

/// The value of an objective for each picture, and its gradient.
///
/// `options` is a JSON array of words of the verb `gradient`: --target (class:281, LAYER:unit, top, sums, …), --method
/// (gradient, smoothgrad, integrated, gradcam, …), --at, --samples, --noise, --seed, --period, --jitter, --cutoff,
/// --energies. NULL is none: the gradient of the top class.
///
/// `values` has room for N floats, or is NULL. `gradient` is N×C×H×W, or as the method says. The bytes are those that the
/// command line writes.
int32_t gingham_gradient(
    gingham_model *model, const char *options, const gingham_tensor *input, float *values, gingham_tensor *gradient,
    const gingham_observer *observer, gingham_error **error);

/// A vector–Jacobian product: sends a cotangent for each of `layers` (of its activation's shape) back to the input, or to the
/// layer `at` where it is not NULL. `activations` has a tensor for each layer, or is NULL.
int32_t gingham_vjp(
    gingham_model *model, const char *layers, const char *at, const gingham_tensor *input,
    const gingham_tensor *cotangents, gingham_tensor *activations, gingham_tensor *gradient,
    const gingham_observer *observer, gingham_error **error);

/// The forward half of gingham_vjp(): activations of layers, and the number of a pass to go back through.
int32_t gingham_forward(
    gingham_model *model, const char *layers, const char *at, const gingham_tensor *input, gingham_tensor *activations,
    uint64_t *pass, const gingham_observer *observer, gingham_error **error);

/// The backward half, any number of times. A model remembers the last passes only, and one of each shape: an error of the
/// kind "stale" says that the pass is gone, and gingham_vjp() does both halves again.
int32_t gingham_backward(
    gingham_model *model, uint64_t pass, const gingham_tensor *cotangents, gingham_tensor *gradient,
    const gingham_observer *observer, gingham_error **error);

// MARK: Verbs

/// Performs a verb as the command line does.
///
/// `words` is a JSON array, the verb first: `["gradient", "net.onnx", "cat.jpg", "--target", "top"]`. Returned is a JSON
/// object: `findings` (what --json prints; null where there are none, as of --help), `text`, `remarks`, `skipped` (`path` and
/// `reason` each), `folder` (null where none was written) and `exit_status` (0; 1: a test failed; 2: something was left out).
char *gingham_run(const char *words, const gingham_observer *observer, gingham_error **error);

/// Is the command line tool: reads the process' own words, prints, handles signals, and ends the process with the tool's exit
/// status. For a program that is nothing else, so that tool and library are installed as one: `int main(void) {
/// gingham_main(); }`. It is the one function that takes the process over.
__attribute__((noreturn)) void gingham_main(void);

#ifdef __cplusplus
}
#endif

#endif
