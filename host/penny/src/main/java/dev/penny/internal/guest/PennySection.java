package dev.penny.internal.guest;

import dev.penny.api.LoadException;
import dev.penny.api.Signature;
import dev.penny.api.SignatureException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The custom section {@code penny}: one line {@code name(types)->type} per declared signature. */
final class PennySection {

    static final String NAME = "penny";

    private PennySection() { }

    /**
     * Reads the section.
     *
     * @throws LoadException not UTF-8, or a line that is not a signature, or names a function that is not exported or does not fit
     */
    static Map<String, List<Signature>> read(String module, WasmShape shape) {
        Map<String, List<Signature>> declared = new LinkedHashMap<>();
        byte[] section = shape.customs().get(NAME);
        if (section == null) {
            return declared;
        }
        String[] lines = text(module, section).split("\n");
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i].strip();
            if (!line.isEmpty()) {
                read(module, shape, i + 1, line, declared);
            }
        }
        return declared;
    }

    private static void read(String module, WasmShape shape, int number, String line, Map<String, List<Signature>> declared) {
        int parenthesis = line.indexOf('(');
        String name = parenthesis < 0 ? line : line.substring(0, parenthesis).strip();
        Signature signature;
        try {
            signature = Signature.parse(parenthesis < 0 ? "" : line.substring(parenthesis));
        } catch (SignatureException e) {
            throw bad(module, number, line, e.getMessage());
        }
        NativeType actual = shape.functions().get(name);
        if (actual == null) {
            throw bad(module, number, line, "the module exports no function of that name");
        }
        if (!actual.equals(NativeType.of(signature))) {
            throw bad(module, number, line, "the signature needs the wasm type %s, the function has %s"
                    .formatted(NativeType.of(signature), actual));
        }
        List<Signature> signatures = declared.computeIfAbsent(name, key -> new ArrayList<>());
        if (!signatures.contains(signature)) {
            signatures.add(signature);
        }
    }

    private static String text(String module, byte[] section) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(section)).toString();
        } catch (CharacterCodingException e) {
            throw new LoadException("bad custom section: module=%s, section=penny, reason=it is not UTF-8".formatted(module), e);
        }
    }

    private static LoadException bad(String module, int line, String text, String reason) {
        return new LoadException("bad custom section: module=%s, section=penny, line=%d, text='%s', reason=%s"
                .formatted(module, line, text, reason));
    }
}
