package dev.penny.cli.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every mistake is found, at its line and column, and says what was expected. */
class MistakesTest {

    private static final String MODULES = "version: 1\nmodules: {m: m.wasm}\n";

    private static Arguments file(String text, String... messages) {
        return Arguments.of(text, messages);
    }

    /** One task with these keys. */
    private static Arguments task(String keys, String... messages) {
        return file(MODULES + "tasks:\n  one: {call: m/neg, args: [1]}\n  each: {foreach: {x: 0..3}, call: m/neg, args: [\"${x}\"]}\n"
                + "  bad:\n    " + keys.replace("\n", "\n    ") + "\n", messages);
    }

    private static String limits(int count, String value) {
        return IntStream.range(0, count).mapToObj(i -> "l" + i + value).collect(Collectors.joining(", "));
    }

    static Stream<Arguments> form() {
        return Stream.of(
                file("", "empty file: expected version and tasks"),
                file("# nothing\n", "empty file: expected version and tasks"),
                file("version: 1\ntasks: [a, b\n«»", "not YAML: expected ',' or ']', but got <stream end>, while parsing a flow sequence"),
                file("version: 1\ntasks: {a: \"\\«»q\"}\n",
                        "not YAML: found unknown escape character q(113), while scanning a double-quoted scalar"),
                file("version: 1\n«»\u0001\n", "not YAML: character U+0001 is not allowed"),
                file("«[1, 2]»", "wrong kind of value: found a list, expected the keys version name modules vars limits tasks outputs"),
                file("version: «2»\ntasks: {a: {call: m/zero}}\nmodules: {m: m.wasm}\n",
                        "unknown version: version=2, known=1"),
                file("name: x\ntasks: {a: {call: m/zero}}\n«modlues»: {m: m.wasm}\nversion: 1\n"
                        + "modules: {m: m.wasm}\n", "unknown key: key=modlues, did you mean=modules"),
                file(MODULES + "tasks:\n  a: {call: m/zero}\n  b: {call: m/zero}\n  «a»: {call: m/zero}\n",
                        "duplicate key: key=a, first at line 4"),
                file(MODULES + "tasks: {a: {call: m/zero}, «[b]»: {call: m/zero}}\n",
                        "not a name: a key is a list or a mapping; quote text that has { or [ in it"),
                file(MODULES + "tasks: {a: «!fast {call: m/zero}»}\n",
                        "unknown tag: tag=!fast, graph files have no tags"),
                file("&a {version: 1, tasks: *a}\n", "not YAML: nested too deep, or a part that contains itself: max=50 levels"));
    }

    static Stream<Arguments> topLevel() {
        return Stream.of(
                file("«»modules: {m: m.wasm}\ntasks: {a: {call: m/zero}}\n", "missing key: key=version, expected version: 1"),
                file("«»version: 1\n", "missing key: key=tasks, expected a mapping of names to tasks"),
                file(MODULES + "tasks:«» \n", "wrong kind of value: key=tasks, found nothing, expected a mapping of names to tasks"),
                file(MODULES + "tasks: «{}»\n", "no tasks: expected at least one"),
                file(MODULES + "tasks: {«a b»: {call: m/zero}}\n",
                        "not a name: task='a b', expected letters, digits, _ and -, first a letter or _"),
                file(MODULES + "tasks: {a: «5»}\n", "wrong kind of value: task=a, found a value, expected the keys call args foreach after "
                        + "reads writes when unless reduce limit priority pin"),
                file(MODULES + "tasks: {a: «5», b: {call: m/neg, args: [\"${a}\"], after: a, when: a}}\noutputs: {a: x}\n",
                        "wrong kind of value: task=a, found a value, expected the keys call args foreach after reads writes when unless reduce "
                                + "limit priority pin"),
                file("version: 1\nmodules: {m: «lost.wasm», n: m.wasm}\ntasks: {a: {call: m/nothing, args: [1, 2]}}\n",
                        "module not found: file=lost.wasm"),
                file("version: 1\nmodules: {m: «[m.wasm]»}\ntasks: {a: {call: m/zero}}\n",
                        "wrong kind of value: module=m, found a list, expected a file, java:CLASS or the keys module class-path wasi memory"),
                file("version: 1\nmodules: {m: {module: m.wasm, «class-paht»: x}}\ntasks: {a: {call: m/zero}}\n",
                        "unknown key: key=class-paht, did you mean=class-path"),
                file("version: 1\nmodules: {m: {module: m.wasm, wasi: «yes»}}\ntasks: {a: {call: m/zero}}\n",
                        "not true or false: key=wasi, value='yes'"),
                file("version: 1\nmodules: {m: m.wasm, «penny»: m.wasm}\ntasks: {a: {call: m/zero}}\n",
                        "reserved name: module=penny, expected another name"),
                file("name: «\" \"»\n" + MODULES + "tasks: {a: {call: m/zero}}\n", "blank name: expected a name"),
                file(MODULES + "vars: {x: «[1]»}\ntasks: {a: {call: m/zero}}\n",
                        "wrong kind of value: variable=x, found a list, expected a number or text"),
                file(MODULES + "vars: {«x-y»: 1}\ntasks: {a: {call: m/zero}}\n",
                        "not a name: variable='x-y', expected letters, digits and _, first a letter or _"),
                file(MODULES + "vars: {a: 1}\ntasks: {«a»: {call: m/zero}}\n", "name is taken: task=a, first at line 3"),
                file(MODULES + "limits: {disk: «0»}\ntasks: {a: {call: m/zero}}\n",
                        "number out of range: key=disk, value=0, min=1, max=65535"),
                file(MODULES + "limits: {disk: «few»}\ntasks: {a: {call: m/zero}}\n",
                        "not a whole number: key=disk, value='few', min=1, max=65535"),
                file(MODULES + "limits: {disk: «65536»}\ntasks: {a: {call: m/zero}}\n",
                        "number out of range: key=disk, value=65536, min=1, max=65535"));
    }

    static Stream<Arguments> tasks() {
        return Stream.of(
                task("«arg»: [1]\ncall: m/neg\nargs: [1]", "unknown key: key=arg, did you mean=args"),
                file(MODULES + "tasks:\n  «bad»: {args: [1]}\n", "missing key: key=call, expected call: MODULE/FUNCTION"),
                task("call: «neg»", "not a call: call='neg', expected MODULE/FUNCTION"),
                task("call: «n»/neg\nargs: [1]", "no such module: module=n, did you mean=m"),
                task("call: m/«negg»\nargs: [1]", "no such function: module=m, function=negg, did you mean=neg"),
                task("call: m/neg\nargs: «1»", "wrong kind of value: key=args, found a value, expected a list, one value per parameter"),
                task("call: m/neg\nargs: «[1, 2]»", "wrong number of arguments: function=m/neg(i32)->i32, expected=1, given=2"),
                task("call: «m/neg»", "wrong number of arguments: function=m/neg(i32)->i32, expected=1, given=0"),
                task("call: m/neg\nargs: [«uno»]",
                        "not a number: value='uno', type=i32, function=m/neg(i32)->i32, argument=1"),
                task("call: m/neg\nargs: [«[1]»]",
                        "wrong kind of value: found a list, expected a value or one of {file: ...} {hex: ...} {text: ...} {result: ...} {gather: ...}"),
                task("call: m/neg\nargs: [«~»]", "wrong kind of value: found nothing, expected a value or one of {file: ...} {hex: ...} "
                        + "{text: ...} {result: ...} {gather: ...}"),
                task("call: m/sha256\nargs: [{«fiel»: a.txt}]", "unknown kind of argument: key=fiel, did you mean=file"),
                task("call: m/sha256\nargs: [{file: a.txt, «as»: json}]", "unknown key: key=as, known=file"),
                task("call: m/sha256\nargs: [{hex: «c0f»}]", "not hexadecimal: value='c0f', expected pairs of 0-9 a-f"),
                task("call: m/neg\nargs: [{hex: «c0ff»}]",
                        "wrong type: expected=i32, given=bytes, function=m/neg(i32)->i32, argument=1"),
                task("call: m/neg\nargs: [1]\npriority: «hihg»", "unknown priority: priority=hihg, did you mean=high"),
                task("call: m/neg\nargs: [1]\npin: «300»", "number out of range: key=pin, value=300, min=0, max=255"),
                task("call: m/neg\nargs: [1]\npin: «99999999999»", "number out of range: key=pin, value=99999999999, min=0, max=255"),
                task("call: m/neg\nargs: [1]\npin: «2»", "no such worker: pin=2, workers=2, counted from 0"),
                task("call: m/neg\nargs: [1]\nlimit: «disk»", "no such limit: limit=disk, known=none"),
                file(MODULES + "limits: {%s}\ntasks: {bad: {call: m/zero, limit: [%s, «l15»]}}\n".formatted(limits(16, ": 1"), limits(15, "")),
                        "too many limits: task=bad, max=15"),
                task("call: m/neg\nargs: [1]\nafter: «onne»", "no such task: task=onne, did you mean=one"),
                task("call: m/neg\nargs: [1]\nafter: [one, «{}»]",
                        "wrong kind of value: key=after, found a mapping, expected a task or a list of tasks"),
                task("call: m/neg\nargs: [1]\nwhen: one\n«unless»: one", "not together: key=unless, the task has a when"));
    }

    static Stream<Arguments> references() {
        return Stream.of(
                task("call: m/neg\nargs: [\"«${one»\"]", "${ is not closed: expected }; write $${ for ${ as text"),
                task("call: m/neg\nargs: [\"«${}»\"]", "empty ${}: expected a task or a variable"),
                task("call: m/neg\nargs: [\"${«onee»}\"]", "no such variable: name=onee, known=none"),
                task("call: m/shout\nargs: [\"is ${«one»}\"]",
                        "a result cannot be part of a text: task=one, expected ${one} as a whole argument"),
                task("call: m/neg\nargs: [\"${«each»}\"]",
                        "a foreach of 3 tasks: task=each, expected each[x] for one of them, or {gather: each} for all"),
                task("call: m/neg\nargs: [\"${«each»[3]}\"]", "no such task: task=each[3], first=each[0], last=each[2]"),
                task("call: m/neg\nargs: [\"${«each»[1, 2]}\"]", "wrong number of values: task=each, expected=1 [x], given=2"),
                task("call: m/neg\nargs: [\"${«one»[1]}\"]", "not a foreach: task=one has no [...]"),
                task("call: m/neg\nargs: [\"${«eahc»[1]}\"]", "no such task: task=eahc, did you mean=each"),
                task("call: m/neg\nargs: [\"${each«[1»}\"]", "[ is not closed: expected ] at the end"),
                task("call: m/neg\nargs: [{result: «onee»}]", "no such task: task=onee, did you mean=one"),
                task("call: m/neg\nargs: [{result: «1x»}]", "not a task: value='1x', expected task or task[value]"),
                task("call: m/sha256\nargs: [\"${«one»}\"]",
                        "wrong type: expected=bytes, given=i32, the result of one, function=m/sha256(bytes)->bytes, argument=1"),
                file(MODULES + "tasks:\n  show: {call: m/show, args: [1]}\n  b: {call: m/neg, args: [\"${«show»}\"]}\n",
                        "no result: task=show, function=m/show(i32)->(), expected after for order alone"));
    }

    static Stream<Arguments> expressions() {
        return Stream.of(
                task("call: m/neg\nargs: [\"${1 «/ 0»}\"]", "division by zero: 1 / 0"),
                task("call: m/neg\nargs: [\"${999999999999999999 «* 99»}\"]", "number out of range: 999999999999999999 * 99"),
                task("call: m/neg\nargs: [\"${1 +«»}\"]", "unexpected the end: expected a number, a variable or ("),
                task("call: m/neg\nargs: [\"${1 «2»}\"]", "unexpected '2': expected an operator or the end"),
                task("call: m/neg\nargs: [\"${(1 + 2«»}\"]", "unexpected the end: expected )"),
                task("call: m/neg\nargs: [\"«${'a}»\"]", "${ is not closed: expected }; write $${ for ${ as text"),
                task("foreach: {k: [a, b]}\ncall: m/neg\nargs: [\"${k «+ 1»}\"]", "not a whole number: value='a', operator=+"),
                task("foreach: {k: [a, b]}\ncall: m/shout\nargs: [\"${«k.name»}\"]",
                        "not a file: variable=k, only variables of files have .name"),
                task("foreach: {f: {files: \"*.txt\"}}\ncall: m/shout\nargs: [\"${«f.nmae»}\"]",
                        "no such part of a file name: part=nmae, did you mean=name"),
                task("call: m/neg\nargs: [\"${«1234567890123456789»}\"]", "number too long: max=18 digits"));
    }

    static Stream<Arguments> filesAndLoops() {
        return Stream.of(
                task("call: m/sha256\nargs: [{file: «lost.txt»}]", "cannot read: file=lost.txt, reason=no such file"),
                task("call: m/neg\nargs: [{file: «a.txt»}]",
                        "wrong type: expected=i32, given=bytes or string, function=m/neg(i32)->i32, argument=1"),
                task("foreach: {x: «0..»}\ncall: m/zero",
                        "not a range: value='0..', expected A..B as 0..8 (A included, B not), a list or {files: GLOB}"),
                task("foreach: {x: «3..3»}\ncall: m/zero", "empty range: range='3..3', A must be less than B"),
                task("foreach: {x: «4..3»}\ncall: m/zero", "reversed range: range='4..3', A must be less than B"),
                task("foreach: {x: «0..1000000»}\ncall: m/zero", "range too long: range='0..1000000', max=100000 tasks in a file"),
                file(MODULES + "tasks: {«bad»: {foreach: {x: 0..1000, y: 0..1000}, call: m/zero}}\n",
                        "too many tasks: task=bad, max=100000 in a file"),
                file(MODULES + "tasks: {«bad»: {foreach: {x: 0..100000, y: 0..100000, z: \"0..0\"}, call: m/zero}}\n",
                        "too many combinations: task=bad, max=1000000 values tried in a file"),
                task("foreach: {x: «[]»}\ncall: m/zero", "empty list: variable=x, expected at least one value"),
                task("foreach: {x: «[a, b, a]»}\ncall: m/zero", "value twice: task=bad[a]"),
                task("foreach: «{}»\ncall: m/zero", "no variable: expected as in foreach: {x: 0..4}"),
                task("foreach: «0..4»\ncall: m/zero",
                        "wrong kind of value: key=foreach, found a value, expected a mapping of variables to what they run over"),
                task("foreach: {x: {files: \"*.txt\", «file»: a}}\ncall: m/zero", "unknown key: key=file, did you mean=files"),
                task("foreach: {«x»: {}}\ncall: m/zero", "missing key: key=files, expected files: GLOB"),
                task("foreach: {f: {files: «\"*.png\"»}}\ncall: m/zero", "no file matches: glob='*.png'"),
                task("foreach: {«one»: 0..3}\ncall: m/zero", "name is taken: variable=one, first at line 4"),
                task("foreach: {x: 0..2, y: \"0..${«z»}\"}\ncall: m/zero", "no such variable: name=z, did you mean=x"));
    }

    static Stream<Arguments> wholeForeach() {
        return Stream.of(
                task("call: m/shout\nargs: [{gather: «one»}]", "not a foreach: task=one, expected ${one}"),
                task("call: m/neg\nargs: [{gather: «each»}]",
                        "wrong type: expected=i32, given=bytes or string, from gather, function=m/neg(i32)->i32, argument=1"),
                task("call: m/shout\nargs: [{gather: each, as: «xml»}]", "unknown form: as=xml, known=json"),
                task("call: m/shout\nargs: [{gather: each, as: json, «separator»: x}]", "not together: key=separator, JSON has its own"),
                task("call: m/add\nreduce: «one»", "not a foreach: task=one, expected a task with foreach"),
                task("call: m/add\nreduce: each\n«args»: [1, 2]", "not together: key=args, the task has a reduce"),
                task("call: m/add\nreduce: each\n«writes»: x", "not together: key=writes, the task has a reduce"),
                task("call: «m/neg»\nreduce: each",
                        "wrong type: function=m/neg(i32)->i32, expected (i32,i32)->i32 to reduce the results of each"),
                file(MODULES + "tasks:\n  h: {call: m/half, args: [2]}\n  b: {call: m/zero, when: «h»}\n",
                        "wrong type: expected=i32 or i64, given=f64, the result of h"));
    }

    static Stream<Arguments> cycles() {
        return Stream.of(
                file(MODULES + "tasks:\n  «a»: {call: m/zero, after: a}\n", "cycle: a -> a, each waits for the one before it"),
                file(MODULES + "tasks:\n  «a»: {foreach: {x: 0..2}, call: m/zero, after: \"a[x]\"}\n",
                        "cycle: a[0] -> a[0], each waits for the one before it"),
                file(MODULES + "tasks:\n  a: {foreach: {x: 0..2}, call: m/zero}\n  «b»: {reduce: a, call: m/add, after: b}\n",
                        "cycle: b -> b, each waits for the one before it"),
                file(MODULES + "tasks:\n  «a»: {call: m/neg, args: [\"${a}\"]}\n", "cycle: a -> a, each waits for the one before it"),
                file(MODULES + "tasks:\n  «a»: {call: m/neg, args: [\"${c}\"]}\n  b: {call: m/neg, args: [\"${a}\"]}\n"
                        + "  c: {call: m/neg, args: [\"${b}\"]}\n  d: {call: m/neg, args: [\"${c}\"]}\n",
                        "cycle: a -> b -> c -> a, each waits for the one before it"),
                file(MODULES + "tasks:\n  «a»: {call: m/zero, after: b}\n  b: {call: m/zero, after: a}\n  «c»: {call: m/zero, after: d}\n"
                        + "  d: {call: m/zero, after: c}\n", "cycle: a -> b -> a, each waits for the one before it",
                        "cycle: c -> d -> c, each waits for the one before it"),
                file(MODULES + "tasks:\n  «a»: {foreach: {x: 0..3}, call: m/neg, args: [\"${a[(x + 1) % 3]}\"]}\n",
                        "cycle: a[0] -> a[2] -> a[1] -> a[0], each waits for the one before it"),
                file(MODULES + "tasks:\n  «a»: {foreach: {x: 0..2}, call: m/shout, args: [\"${b}\"]}\n  b: {call: m/shout, args: [{gather: a}]}\n",
                        "cycle: a[0] -> gather a -> b -> a[0], each waits for the one before it"));
    }

    static Stream<Arguments> outputs() {
        return Stream.of(
                file(MODULES + "tasks: {one: {call: m/zero}}\noutputs: {«onne»: a}\n", "no such task: task=onne, did you mean=one"),
                file(MODULES + "tasks: {one: {call: m/show, args: [1]}}\noutputs: {«one»: a}\n",
                        "no result: task=one, function=m/show(i32)->(), expected after for order alone"),
                file(MODULES + "tasks: {one: {call: m/zero}}\noutputs: {one: «folder»}\n",
                        "cannot write: file=folder, reason=it is a directory"),
                file(MODULES + "tasks: {one: {call: m/zero}}\noutputs: {one: «[a, b]»}\n",
                        "wrong kind of value: output=one, found a list, expected a file name, or \"-\" to print it"),
                file(MODULES + "tasks: {one: {call: m/zero}, two: {call: m/zero}}\noutputs: {one: x, two: «./x»}\n",
                        "two results for one file: file=./x, tasks=one and two"),
                file(MODULES + "tasks: {one: {call: m/zero}, two: {call: m/zero}}\noutputs: {one: «out», two: ./out/deep/x}\n",
                        "a result goes into another one, as if that were a folder: file=out, tasks=one and two, in it=./out/deep/x"),
                file(MODULES + "tasks: {one: {call: m/zero}, two: {call: m/sha256, args: [{file: «folder»}]}}\noutputs: {one: made.txt}\n",
                        "cannot read: file=folder, reason=no such file"),
                file(MODULES + "tasks: {one: {call: m/zero}}\noutputs: {one: «./graph.yaml»}\n",
                        "a result would replace this graph: file=./graph.yaml, task=one"),
                file(MODULES + "tasks: {one: {call: m/zero}}\noutputs: {one: «m.wasm»}\n",
                        "a result would replace module m: file=m.wasm, task=one"),
                file(MODULES + "tasks: {one: {foreach: {x: 0..2}, call: m/zero}}\noutputs: {one: «all.txt»}\n",
                        "two results for one file: file=all.txt, tasks=one[0] and one[1]"),
                file(MODULES + "tasks: {one: {call: m/zero}, two: {call: m/sha256, args: [{file: «made.txt»}]}}\noutputs: {one: made.txt}\n",
                        "the file is an output: file=made.txt, expected ${one}, the result that goes there"));
    }

    @ParameterizedTest
    @MethodSource({"form", "topLevel", "tasks", "references", "expressions", "filesAndLoops", "wholeForeach", "cycles", "outputs"})
    void isFoundAtItsPlace(String text, String[] messages) {
        MarkedFile.of(text).assertMistakes(messages);
    }

    @Test
    void allAreShownAtOnceInTheOrderOfTheFile() {
        MarkedFile.of("""
                version: 1
                modules: {m: m.wasm, old: m.wasm, lost: «lost.wasm»}
                tasks:
                  a: {call: m/«negg», args: [1]}
                  b: {call: m/neg, args: [«x»], «priorty»: high}
                  c: {call: lost/neg, args: ["${«dd»}"]}
                  «e»: {call: m/neg, args: ["${f}"]}
                  f: {call: m/neg, args: ["${e}"]}
                outputs: {«g»: out.txt}
                """).assertMistakes(
                "module not found: file=lost.wasm",
                "no such function: module=m, function=negg, did you mean=neg",
                "not a number: value='x', type=i32, function=m/neg(i32)->i32, argument=1",
                "unknown key: key=priorty, did you mean=priority",
                "no such variable: name=dd, known=none",
                "cycle: e -> f -> e, each waits for the one before it",
                "no such task: task=g, did you mean=a or b or c");
    }

    @Test
    void textOfTheFileCannotDriveTheTerminal() {
        GraphFileException error = assertThrows(GraphFileException.class, () -> Planner.plan("g.yaml",
                MODULES + "tasks: {a: {call: m/neg, args: [\"\\e[31m\\n\"]}}\n", Map.of(), new FakeSurroundings()));
        assertTrue(error.getMessage().contains("value='\\u001b[31m\\u000a'"), error.getMessage());
        assertTrue(error.getMessage().chars().allMatch(c -> c == '\n' || !Character.isISOControl(c)), error.getMessage());
    }

    @Test
    void aLongLineIsShownAroundThePlace() {
        String json = "{\"version\": 1, \"modules\": {\"m\": \"m.wasm\"}, \"tasks\": {%s\"b\": {\"call\": \"m/negg\", \"args\": [1]}}}"
                .formatted("\"%s\": {\"call\": \"m/zero\"}, ".formatted("a".repeat(200)));
        GraphFileException error = assertThrows(GraphFileException.class, () -> Planner.plan("g.json", json, Map.of(), new FakeSurroundings()));
        List<String> lines = error.mistakes().getFirst().lines().toList();
        int column = json.indexOf("negg") + 1;
        assertEquals("g.json:1:%d: no such function: module=m, function=negg, did you mean=neg".formatted(column), lines.get(0));
        assertTrue(lines.get(1).length() < 130, lines.get(1));
        int mark = lines.get(2).indexOf('^');
        assertEquals("negg", lines.get(1).substring(mark, mark + 4));
    }

    @Test
    void ofVeryManyTheFirstAreShown() {
        String tasks = IntStream.range(0, 10_000).mapToObj("t%d: {call: m/neg, args: [\"${u%<d[0]}\"]}"::formatted)
                .collect(Collectors.joining(", "));
        GraphFileException error = assertTimeoutPreemptively(Duration.ofSeconds(60), () -> assertThrows(GraphFileException.class, () ->
                Planner.plan("g.yaml", MODULES + "tasks: {%s}\n".formatted(tasks), Map.of(), new FakeSurroundings())));
        assertEquals(Mistakes.SHOWN_MAX, error.mistakes().size());
        assertTrue(error.more());
    }

    @Test
    void theTimeForAFileGrowsWithItsLength() {
        String files = MODULES + "limits: {%s}\ntasks: {a: {call: m/shout, args: ['%s']}}\n"
                .formatted(limits(100_000, ": 1"), "x".repeat(1 << 20));
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> Planner.plan("g.yaml", files, Map.of(), new FakeSurroundings()));
    }

    @Test
    void anExpressionOfAnyLengthEndsWell() {
        String text = MODULES + "tasks: {a: {call: m/neg, args: [\"${1%s}\"]}}\n";
        Planner.plan("g.yaml", text.formatted(" + 1".repeat(1000)), Map.of(), new FakeSurroundings());
        GraphFileException error = assertThrows(GraphFileException.class, () ->
                Planner.plan("g.yaml", text.formatted(" + 1".repeat(200_000)), Map.of(), new FakeSurroundings()));
        assertTrue(error.getMessage().contains("expression too long: max=1000 operators"), error.getMessage());
    }

    @Test
    void aVariableThatTheFileDoesNotHaveIsRefused() {
        String text = MODULES + "vars: {size: 1}\ntasks: {a: {call: m/zero}}\n";
        Refusal error = assertThrows(Refusal.class, () -> Planner.plan("g.yaml", text, Map.of("sizes", "2"), new FakeSurroundings()));
        assertEquals("no such variable: name=sizes, did you mean=size", error.getMessage());
    }
}
