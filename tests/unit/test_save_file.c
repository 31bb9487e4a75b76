/* test_save_file.c - where a saved document goes: links, devices, pipes, open descriptors; owner and permissions. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <holdfast/save.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "documents.h"
#include "scratch.h"

static struct stat facts_of(const char *path)
{
    struct stat facts;
    if (lstat(path, &facts) != 0)
        fail_msg("%s: %s", path, strerror(errno));
    return facts;
}

static void expect_saved(const char *path, const hf_document *document)
{
    hf_document *mapped = NULL;
    HF_EXPECT(hf_map_file(path, NULL, &mapped, NULL) == HF_OK && test_equal(hf_root(mapped), hf_root(document)));
    hf_document_drop(mapped);
}

static void remove_all(const char *const *names)
{
    for (; *names != NULL; names++)
        HF_EXPECT(remove(scratch_file(*names)) == 0);
    assert_int_equal(scratch_count(""), 0);
}

static void test_save_file__links_stay(void **state)
{
    (void)state;
    hf_document *first = test_read("[1]"), *second = test_read("[2]");
    HF_EXPECT(mkdir(scratch_file("below"), 0755) == 0);
    HF_EXPECT(symlink("below/link", scratch_file("link")) == 0 && symlink("../file", scratch_file("below/link")) == 0);
    assert_int_equal(hf_save(first, scratch_file("link"), NULL), HF_OK); /* which leads to nothing yet */
    expect_saved(scratch_file("file"), first);
    HF_EXPECT(chmod(scratch_file("file"), 0604) == 0);
    assert_int_equal(hf_save(second, scratch_file("link"), NULL), HF_OK);
    HF_EXPECT(S_ISLNK(facts_of(scratch_file("link")).st_mode) && S_ISLNK(facts_of(scratch_file("below/link")).st_mode));
    HF_EXPECT((facts_of(scratch_file("file")).st_mode & 07777) == 0604);
    expect_saved(scratch_file("file"), second);
    remove_all((const char *const[]){ "link", "below/link", "below", "file", NULL });
    hf_document_drop(first);
    hf_document_drop(second);
}

static void test_save_file__links_that_lead_nowhere_are_refused(void **state)
{
    (void)state;
    hf_document *document = test_read("[1]");
    hf_error error;
    HF_EXPECT(symlink("b", scratch_file("a")) == 0 && symlink("a", scratch_file("b")) == 0);
    HF_EXPECT(symlink("none/such", scratch_file("c")) == 0);
    HF_EXPECT(hf_save(document, scratch_file("a"), &error) == HF_IO && error.system_error == ELOOP && strstr(error.name, "/a"));
    HF_EXPECT(hf_save(document, scratch_file("c"), &error) == HF_IO && error.system_error == ENOENT);
    HF_EXPECT(hf_save(document, "", &error) == HF_IO);
    remove_all((const char *const[]){ "a", "b", "c", NULL });
    hf_document_drop(document);
}

/* What is no file is there afterwards, and so is what it is. */
static void test_save_file__devices_are_written_in_place(void **state)
{
    (void)state;
    hf_document *document = test_read("{\"a\":[1,2,3]}");
    hf_error error;
    HF_EXPECT(symlink("/dev/null", scratch_file("null")) == 0);
    struct stat before = facts_of("/dev/null");
    assert_int_equal(hf_save(document, scratch_file("null"), NULL), HF_OK);
    struct stat after = facts_of("/dev/null");
    HF_EXPECT(S_ISCHR(after.st_mode) && after.st_ino == before.st_ino && after.st_mode == before.st_mode);
    HF_EXPECT(hf_save(document, "/dev/full", &error) == HF_IO && error.system_error == ENOSPC);
    HF_EXPECT(S_ISCHR(facts_of("/dev/full").st_mode));
    HF_EXPECT(hf_save(document, scratch_folder(), &error) == HF_IO && S_ISDIR(facts_of(scratch_folder()).st_mode));
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(address.sun_path, sizeof address.sun_path, "%s", scratch_file("socket"));
    int listening = socket(AF_UNIX, SOCK_STREAM, 0);
    HF_EXPECT(bind(listening, (struct sockaddr *)&address, sizeof address) == 0);
    HF_EXPECT(hf_save(document, scratch_file("socket"), &error) == HF_IO && S_ISSOCK(facts_of(scratch_file("socket")).st_mode));
    close(listening);
    remove_all((const char *const[]){ "null", "socket", NULL });
    hf_document_drop(document);
}

static void expect_bytes(int descriptor, const hf_buffer *bytes)
{
    char *got = malloc(bytes->length);
    size_t length = 0;
    for (ssize_t more; length < bytes->length && (more = read(descriptor, got + length, bytes->length - length)) > 0;)
        length += (size_t)more;
    assert_int_equal(length, bytes->length);
    assert_memory_equal(got, bytes->bytes, length);
    free(got);
}

static void test_save_file__pipes_are_written_in_place(void **state)
{
    (void)state;
    hf_document *document = test_read("{\"a\":[1,2,3]}");
    hf_buffer bytes = HF_BUFFER_INIT(1 << 20);
    int ends[2];
    char path[64];
    HF_EXPECT(hf_save_to_buffer(document, &bytes, NULL) == HF_OK);
    HF_EXPECT(mkfifo(scratch_file("fifo"), 0600) == 0);
    int fifo = open(scratch_file("fifo"), O_RDWR);
    assert_int_equal(hf_save(document, scratch_file("fifo"), NULL), HF_OK);
    expect_bytes(fifo, &bytes);
    hf_document *mapped = NULL;
    assert_int_equal(hf_map_file(scratch_file("fifo"), NULL, &mapped, NULL), HF_IO);
    HF_EXPECT(S_ISFIFO(facts_of(scratch_file("fifo")).st_mode) && pipe(ends) == 0);
    const char *const ways[] = { "/dev/fd/%d", "/proc/self/fd/%d", "/proc/%2$d/fd/%1$d" };
    for (int i = 0; i < 3; i++) {
        HF_EXPECT(fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0); /* as others may leave it */
        snprintf(path, sizeof path, ways[i], ends[1], (int)getpid());
        assert_int_equal(hf_save(document, path, NULL), HF_OK);
        expect_bytes(ends[0], &bytes);
    }
    close(ends[0]);
    close(ends[1]);
    close(fifo);
    hf_buffer_release(&bytes);
    remove_all((const char *const[]){ "fifo", NULL });
    hf_document_drop(document);
}

/* As /dev/stdout where it was sent to a file: it goes on where it stands, and what comes later stands behind. */
static void test_save_file__what_is_open_goes_on(void **state)
{
    (void)state;
    hf_document *document = test_read("{\"a\":[1,2,3]}");
    hf_buffer bytes = HF_BUFFER_INIT(1 << 20);
    char path[64], ends[4];
    HF_EXPECT(hf_save_to_buffer(document, &bytes, NULL) == HF_OK);
    int descriptor = open(scratch_file("out"), O_RDWR | O_CREAT, 0600);
    ino_t before = facts_of(scratch_file("out")).st_ino;
    HF_EXPECT(write(descriptor, "head", 4) == 4);
    snprintf(path, sizeof path, "/dev/fd/%d", descriptor);
    assert_int_equal(hf_save(document, path, NULL), HF_OK);
    HF_EXPECT(write(descriptor, "tail", 4) == 4 && facts_of(scratch_file("out")).st_ino == before);
    HF_EXPECT(lseek(descriptor, 0, SEEK_SET) == 0 && read(descriptor, ends, 4) == 4 && memcmp(ends, "head", 4) == 0);
    expect_bytes(descriptor, &bytes);
    HF_EXPECT(read(descriptor, ends, 4) == 4 && memcmp(ends, "tail", 4) == 0 && read(descriptor, ends, 1) == 0);
    close(descriptor);
    hf_buffer_release(&bytes);
    remove_all((const char *const[]){ "out", NULL });
    hf_document_drop(document);
}

static void test_save_file__owner_and_permissions_are_kept(void **state)
{
    (void)state;
    hf_document *first = test_read("[1]"), *second = test_read("[2]");
    const char *path = scratch_file("file");
    assert_int_equal(hf_save(first, path, NULL), HF_OK);
    HF_EXPECT(chmod(path, 0640) == 0 && (geteuid() != 0 || chown(path, 12345, 54321) == 0));
    struct stat before = facts_of(path);
    assert_int_equal(hf_save(second, path, NULL), HF_OK);
    struct stat after = facts_of(path);
    HF_EXPECT(after.st_uid == before.st_uid && after.st_gid == before.st_gid && after.st_mode == before.st_mode);
    HF_EXPECT(after.st_ino != before.st_ino);
    expect_saved(path, second);
    remove_all((const char *const[]){ "file", NULL });
    hf_document_drop(first);
    hf_document_drop(second);
}

/* Who may replace a file but not give it to its owner gets no rights by it: none of a set bit, and those of the group
 * where the group stays. */
static void expect_rights(gid_t group, mode_t expected)
{
    hf_document *first = test_read("[1]"), *second = test_read("[2]");
    const char *path = scratch_file("file");
    assert_int_equal(hf_save(first, path, NULL), HF_OK);
    struct stat folder = facts_of(scratch_folder());
    HF_EXPECT(chmod(scratch_folder(), 0777) == 0 && chown(path, 0, group) == 0 && chmod(path, 06764) == 0);
    pid_t child = fork();
    if (child == 0)
        _exit(setgid(54321) != 0 || setuid(12345) != 0 || hf_save(second, path, NULL) != HF_OK);
    int status = 1;
    HF_EXPECT(waitpid(child, &status, 0) == child && status == 0);
    struct stat after = facts_of(path);
    HF_EXPECT(after.st_uid == 12345 && (after.st_mode & 07777) == expected);
    expect_saved(path, second);
    HF_EXPECT(chmod(scratch_folder(), folder.st_mode & 07777) == 0);
    remove_all((const char *const[]){ "file", NULL });
    hf_document_drop(first);
    hf_document_drop(second);
}

static void test_save_file__rights_of_another_owner_are_not_taken(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    expect_rights(0, 0744);
    expect_rights(54321, 0764);
}

static void test_save_file__names_are_found_for_the_new_file(void **state)
{
    (void)state;
    hf_document *document = test_read("[1]");
    char name[NAME_MAX + 1], taken[64];
    memset(name, 'n', NAME_MAX);
    name[NAME_MAX] = 0;
    assert_int_equal(hf_save(document, scratch_file(name), NULL), HF_OK);
    expect_saved(scratch_file(name), document);
    HF_EXPECT(remove(scratch_file(name)) == 0);
    for (int turn = 0; turn < 90; turn++) { /* left by a process of the same number that was killed */
        snprintf(taken, sizeof taken, "file.%ld.%d.new", (long)getpid(), turn);
        close(open(scratch_file(taken), O_WRONLY | O_CREAT, 0600));
    }
    assert_int_equal(hf_save(document, scratch_file("file"), NULL), HF_OK);
    expect_saved(scratch_file("file"), document);
    assert_int_equal(scratch_count(""), 91);
    char command[128];
    snprintf(command, sizeof command, "rm -f %s/*", scratch_folder());
    HF_EXPECT(system(command) == 0);
    hf_document_drop(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_save_file__links_stay),
        cmocka_unit_test(test_save_file__links_that_lead_nowhere_are_refused),
        cmocka_unit_test(test_save_file__devices_are_written_in_place),
        cmocka_unit_test(test_save_file__pipes_are_written_in_place),
        cmocka_unit_test(test_save_file__what_is_open_goes_on),
        cmocka_unit_test(test_save_file__owner_and_permissions_are_kept),
        cmocka_unit_test(test_save_file__rights_of_another_owner_are_not_taken),
        cmocka_unit_test(test_save_file__names_are_found_for_the_new_file),
    };
    return cmocka_run_group_tests(tests, scratch_create, scratch_remove);
}
