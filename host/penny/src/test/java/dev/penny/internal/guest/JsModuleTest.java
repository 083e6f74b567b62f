package dev.penny.internal.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.api.LinkException;
import dev.penny.api.LoadException;
import dev.penny.api.PennyException;
import dev.penny.api.Signature;
import dev.penny.api.SignatureException;
import dev.penny.internal.vtable.TestWorker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What a module declares, what it may see, what it may not. */
@Timeout(60)
final class JsModuleTest {

    @TempDir
    Path folder;

    private final List<String> log = new ArrayList<>();

    private JsGuest load(Path file) throws Exception {
        return JsGuest.load(TestWorker.sharedRuntime(), new JsSource("mod", Files.readString(file), Optional.of(file)),
                (level, module, text) -> log.add(level + " " + module + " " + text));
    }

    private JsGuest load(String text) {
        return JsGuest.load(TestWorker.sharedRuntime(), new JsSource("mod", text, Optional.empty()),
                (level, module, line) -> log.add(level + " " + module + " " + line));
    }

    private Path file(String name, String text) throws Exception {
        Path path = folder.resolve(name);
        Files.createDirectories(path.getParent());
        return Files.writeString(path, text);
    }

    private String refusal(Class<? extends PennyException> type, String text) {
        return messageOf(type, () -> load(text));
    }

    private static String messageOf(Class<? extends PennyException> type, Executable action) {
        return assertThrows(type, action).getMessage();
    }

    @Test
    void functionsAreListedWithTheirDeclaredSignatures() {
        try (JsGuest guest = load("""
                export const signatures = { add: '(i32, i32)->i32', twice: ['(f64)->f64', '(i32)->i32'] };
                export function add(a, b) { return a + b }
                export const twice = (x) => 2 * x;
                export function undeclared() { }
                export const pi = 3.14;
                """)) {
            assertEquals(List.of("add", "twice", "undeclared"),
                    guest.functions().stream().map(Guest.GuestFunction::name).sorted().toList());
            assertEquals(List.of(Signature.parse("(i32,i32)->i32")), function(guest, "add").signatures());
            assertEquals(2, function(guest, "twice").signatures().size());
            assertEquals(List.of(), function(guest, "undeclared").signatures());
            assertEquals("function of 2", function(guest, "add").nativeType());
            guest.check("undeclared", Signature.parse("(bytes)->i64"));
            guest.check("twice", Signature.parse("(i32)->i32"));
            assertTrue(messageOf(SignatureException.class, () -> guest.check("add", Signature.parse("(f64)->f64")))
                    .contains("(i32,i32)->i32"));
            assertTrue(messageOf(LinkException.class, () -> guest.check("ad", Signature.parse("()->()"))).contains("add"));
        }
    }

    private static Guest.GuestFunction function(JsGuest guest, String name) {
        return guest.functions().stream().filter(function -> function.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void syntaxErrorNamesLineAndColumn() throws Exception {
        Path file = file("broken.mjs", "export function f() {\n  return 1 +;\n}\n");
        String message = messageOf(LoadException.class, () -> load(file));
        assertTrue(message.contains("module=mod, file=broken.mjs, line=2, column=13"), message);
        assertTrue(refusal(LoadException.class, "export function (").contains("line=1"));
    }

    @Test
    void moduleThatThrowsWhileLoadedIsRefusedWithItsMessage() {
        String message = refusal(LoadException.class, "\nthrow new Error('not today'); export function f() { }");
        assertTrue(message.contains("not today") && message.contains("line=2"), message);
        assertTrue(refusal(LoadException.class, "await new Promise(() => {}); export const f = () => 1;").contains("module=mod"));
    }

    @Test
    void wrongDeclarationsAreRefused() {
        assertTrue(refusal(LoadException.class, "export const signatures = { g: '()->i32' }; export function f() { }")
                .contains("name=g"));
        assertTrue(refusal(LoadException.class, "export const signatures = { f: 7 }; export function f() { }").contains("value=7"));
        assertTrue(refusal(SignatureException.class, "export const signatures = { f: '(int)->i32' }; export function f() { }")
                .contains("module=mod, function=f"));
        assertTrue(refusal(LoadException.class, "export const signatures = 5; export function f() { }").contains("value=5"));
        assertTrue(refusal(LoadException.class, "export const a = 1;").contains("exports no function"));
    }

    @Test
    void relativeImportsInsideTheFolderWork() throws Throwable {
        file("lib/deep/three.mjs", "export const three = 3;");
        file("lib/two.js", "import { three } from './deep/three.mjs'; export const two = three - 1;");
        Path main = file("main.mjs", "import { two } from './lib/two.js'; export function f() { return two * 21 }");
        try (TaskHarness harness = new TaskHarness(load(main))) {
            assertEquals(42, harness.call("f", "()->i32"));
        }
    }

    @Test
    void nothingOutsideTheFolderCanBeImported() throws Exception {
        Path secret = file("secret.mjs", "export const secret = 1;");
        Path inside = file("app/main.mjs", "import { secret } from '../secret.mjs'; export function f() { return secret }");
        assertTrue(messageOf(LoadException.class, () -> load(inside)).contains("own folder"));
        Path absolute = file("app/absolute.mjs", "import '" + secret.toAbsolutePath() + "'; export function f() { }");
        assertThrows(LoadException.class, () -> load(absolute));
        Path uri = file("app/uri.mjs", "import '" + secret.toUri() + "'; export function f() { }");
        assertThrows(LoadException.class, () -> load(uri));
        Files.createSymbolicLink(folder.resolve("app/link.mjs"), secret);
        Path linked = file("app/linked.mjs", "import './link.mjs'; export function f() { }");
        assertThrows(LoadException.class, () -> load(linked));
        Files.createSymbolicLink(folder.resolve("app/out"), folder);
        Path linkedFolder = file("app/linkedfolder.mjs", "import './out/secret.mjs'; export function f() { }");
        assertThrows(LoadException.class, () -> load(linkedFolder));
    }

    @Test
    void linkInsideTheFolderIsFine() throws Throwable {
        file("real.mjs", "export const n = 5;");
        Files.createSymbolicLink(folder.resolve("alias.mjs"), folder.resolve("real.mjs"));
        try (TaskHarness harness = new TaskHarness(load(file("main.mjs", "import { n } from './alias.mjs'; export const f = () => n;")))) {
            assertEquals(5, harness.call("f", "()->i32"));
        }
    }

    @Test
    void folderReachedThroughALinkWorksAndStaysClosed() throws Throwable {
        file("secret.mjs", "export const n = 1;");
        file("app/near.mjs", "export const n = 6;");
        file("app/main.mjs", "import { n } from './near.mjs'; export const f = () => n;");
        file("app/prying.mjs", "import { n } from '../secret.mjs'; export const f = () => n;");
        Path alias = Files.createSymbolicLink(folder.resolve("alias"), folder.resolve("app"));
        try (TaskHarness harness = new TaskHarness(load(alias.resolve("main.mjs")))) {
            assertEquals(6, harness.call("f", "()->i32"));
        }
        assertThrows(LoadException.class, () -> load(alias.resolve("prying.mjs")));
    }

    @Test
    void textWithoutAFileCannotImport() {
        assertThrows(LoadException.class, () -> load("import './x.mjs'; export function f() { }"));
    }

    @Test
    void hostThreadsProcessesAndLoadersAreOutOfReach() throws Throwable {
        try (TaskHarness harness = new TaskHarness(load("""
                export function f() {
                  const names = ['Java', 'Packages', 'Polyglot', 'Graal', 'load', 'loadWithNewGlobal', 'print', 'quit', 'java', 'Worker',
                    'SharedArrayBuffer', 'require', 'process', 'setTimeout', 'WebAssembly', 'fetch'];
                  return names.filter((name) => name in globalThis).join(' ');
                }
                """))) {
            assertEquals("", harness.call("f", "()->string"));
        }
    }

    @Test
    void dynamicImportIsJudgedTheSameWay() throws Throwable {
        file("secret.mjs", "export const secret = 1;");
        file("app/near.mjs", "export const n = 8;");
        Path main = file("app/main.mjs", "export const f = async (name) => (await import(name)).n;");
        try (TaskHarness harness = new TaskHarness(load(main))) {
            assertEquals(8, harness.call("f", "(string)->i32", "./near.mjs"));
            assertThrows(PennyException.class, () -> harness.call("f", "(string)->i32", "../secret.mjs"));
        }
    }

    @Test
    void consoleAndPennyLogReachTheLogBoundedAndEscaped() throws Throwable {
        try (TaskHarness harness = new TaskHarness(load("""
                export function f(text) {
                  console.log('hello', 1, text);
                  console.error('oops');
                  penny.log(2, text);
                  console.log('x'.repeat(100000));
                }
                """))) {
            harness.call("f", "(string)->()", "red\u001b[31m\r\nforged");
            assertEquals("INFO mod hello 1 red\\u{1b}[31m", log.get(0));
            assertEquals("INFO mod forged", log.get(1));
            assertEquals("ERROR mod oops", log.get(2));
            assertEquals("WARNING mod red\\u{1b}[31m\\u{d}\\u{a}forged", log.get(3));
            assertTrue(log.get(4).length() < GuestLog.TEXT_BYTES_MAX + 100 && log.get(4).endsWith("(100000 bytes)"));
        }
    }

    @Test
    void wrongUseOfPennyLogFailsTheTask() throws Throwable {
        try (TaskHarness harness = new TaskHarness(load("export function f(level) { penny.log(level, 'x'); penny.log = null }"))) {
            assertTrue(messageOf(PennyException.class, () -> harness.call("f", "(i32)->()", 9)).contains("level=9"));
            assertThrows(PennyException.class, () -> harness.call("f", "(i32)->()", 1));
        }
    }

    @Test
    void modulesDoNotShareGlobals() throws Throwable {
        try (TaskHarness one = new TaskHarness(load("globalThis.mark = 1; export const f = () => 1;"));
                TaskHarness two = new TaskHarness(load("export const f = () => typeof mark;"))) {
            assertEquals(1, one.call("f", "()->i32"));
            assertEquals("undefined", two.call("f", "()->string"));
        }
    }

    @Test
    void exampleModulesOfTheProjectRun() throws Throwable {
        Path js = Path.of(System.getProperty("basedir", ".")).resolve("../../guest-modules/js");
        try (TaskHarness harness = new TaskHarness(load(js.resolve("wordcount.js")))) {
            String text = "one two  three\n\tfour\u00a0five";
            assertEquals(text.split("[\\s\u00a0]+").length, harness.call("count", "(string)->i32", text));
        }
    }
}
