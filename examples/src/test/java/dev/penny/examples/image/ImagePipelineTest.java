package dev.penny.examples.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.penny.Penny;
import dev.penny.api.GraphFailedException;
import dev.penny.examples.runner.Answer;
import dev.penny.examples.runner.Noise;
import dev.penny.examples.runner.Program;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pictures of odd sizes, what the filters do to pictures that are easy to know, and files that every reader of PNG understands. */
@Timeout(120)
class ImagePipelineTest {

    private static final Path FOLDER = Path.of(System.getProperty("penny.root"), "examples/image");

    @Test
    void theCommittedPictureIsTheOneThatTheProgramDraws() throws IOException {
        byte[] piece = Png.decode(Files.readAllBytes(FOLDER.resolve("scene.png")));
        assertArrayEquals(Scene.pixels(), Arrays.copyOfRange(piece, Pieces.HEADER_BYTES, piece.length));
        assertTrue(Files.size(FOLDER.resolve("scene.png")) < 1_500_000);
    }

    @ParameterizedTest
    @CsvSource({"8,6", "9,7", "100,63", "333,250"})
    void picturesOfAnySizeAgreeWithTheOracle(int width, int height, @TempDir Path folder) throws IOException {
        ImagePipeline example = new ImagePipeline(FOLDER, picture(folder, noise(width, height), width, height));
        try (Penny penny = Penny.builder().workers(2).build(); Program program = example.open(penny)) {
            Answer answer = program.run();
            Answer oracle = example.inSequence();
            assertEquals(oracle.summary(), answer.summary());
            assertArrayEquals(Png.decode(oracle.bytes()), Png.decode(answer.bytes()));
        }
    }

    @Test
    void aPictureOfOneColourStaysAsItIs(@TempDir Path folder) throws IOException {
        byte[] rgb = new byte[40 * 30 * 3];
        Arrays.fill(rgb, (byte) 200);
        ImagePipeline example = new ImagePipeline(FOLDER, picture(folder, rgb, 40, 30));
        try (Penny penny = Penny.builder().workers(2).build(); Program program = example.open(penny)) {
            Answer answer = program.run();
            byte[] piece = Png.decode(answer.bytes());
            assertArrayEquals(rgb, Arrays.copyOfRange(piece, Pieces.HEADER_BYTES, piece.length));
            assertEquals("a bright picture of 1200 pixels: mean 200, median 200, 0 % dark, 100 % bright", answer.summary());
        }
    }

    @Test
    void aBlackAndWhiteBorderIsBlurredAndInked(@TempDir Path folder) throws IOException {
        byte[] rgb = new byte[64 * 48 * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i / 3 % 64 < 32 ? 0 : 255);
        }
        Answer answer = new ImagePipeline(FOLDER, picture(folder, rgb, 64, 48)).inSequence();
        byte[] piece = Png.decode(answer.bytes());
        int middle = Pieces.HEADER_BYTES + 24 * 64 * 3;
        assertEquals(0, piece[middle], "far to the left black");
        assertEquals(255, piece[middle + 63 * 3] & 255, "far to the right white");
        assertTrue((piece[middle + 32 * 3] & 255) < 40, "the border is inked");
        assertTrue((piece[middle + 37 * 3] & 255) > 200, "and blurred to the right");
    }

    @Test
    void bandsOfAnyNumberAreOneFile() throws DataFormatException {
        int width = 37;
        byte[] rgb = noise(width, 50);
        for (int bands : new int[] {1, 2, 5, 50, 64}) {
            List<ByteBuffer> parts = IntStream.range(0, bands).mapToObj(band -> {
                int from = band * 50 / bands;
                int to = (band + 1) * 50 / bands;
                return ByteBuffer.wrap(Png.band(Arrays.copyOfRange(rgb, from * width * 3, to * width * 3), width, to - from))
                        .order(ByteOrder.LITTLE_ENDIAN);
            }).toList();
            byte[] file = Png.file(parts, "bands " + bands);
            ByteBuffer joined = ByteBuffer.wrap(Png.join(parts)).order(ByteOrder.LITTLE_ENDIAN);
            assertArrayEquals(file, Png.file(List.of(joined), "bands " + bands), "joined before");
            byte[] piece = Png.decode(file);
            assertArrayEquals(rgb, Arrays.copyOfRange(piece, Pieces.HEADER_BYTES, piece.length));
            assertTrue(new String(file, StandardCharsets.ISO_8859_1).contains("bands " + bands));
            assertEquals(50 * (width * 3 + 1), inflatedBytes(file));
        }
    }

    /** Java's inflater compares the checksum at the end of the stream, which the reader of pictures does not. */
    private static int inflatedBytes(byte[] file) throws DataFormatException {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        ByteBuffer chunks = ByteBuffer.wrap(file).position(8);
        while (chunks.hasRemaining()) {
            int bytes = chunks.getInt();
            byte[] type = new byte[4];
            chunks.get(type);
            if (new String(type, StandardCharsets.US_ASCII).equals("IDAT")) {
                stream.write(file, chunks.position(), bytes);
            }
            chunks.position(chunks.position() + bytes + 4);
        }
        try (Inflater inflater = new Inflater()) {
            inflater.setInput(stream.toByteArray());
            byte[] all = new byte[100_000];
            int count = inflater.inflate(all);
            assertTrue(inflater.finished());
            assertEquals(0, inflater.getRemaining());
            return count;
        }
    }

    @Test
    void whatIsNoPictureFailsTheDecoderAndSkipsTheRest(@TempDir Path folder) throws IOException {
        Path text = Files.writeString(folder.resolve("text.png"), "not a picture");
        Path tiny = picture(folder, noise(7, 6), 7, 6);
        try (Penny penny = Penny.builder().workers(2).build()) {
            try (Program program = new ImagePipeline(FOLDER, text).open(penny)) {
                assertTrue(assertThrows(GraphFailedException.class, program::run).getMessage().contains("decode"));
            }
        }
        try (Penny penny = Penny.builder().workers(2).build(); Program program = new ImagePipeline(FOLDER, tiny).open(penny)) {
            assertTrue(assertThrows(GraphFailedException.class, program::run).getMessage().contains("width=7"));
        }
    }

    private static byte[] noise(int width, int height) {
        byte[] rgb = new byte[width * height * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) Noise.below(256, 77, i);
        }
        return rgb;
    }

    /** A file by the JDK's writer. */
    private static Path picture(Path folder, byte[] rgb, int width, int height) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, (rgb[3 * i] & 255) << 16 | (rgb[3 * i + 1] & 255) << 8 | rgb[3 * i + 2] & 255);
        }
        Path file = folder.resolve("picture.png");
        assertTrue(ImageIO.write(image, "png", file.toFile()));
        return file;
    }
}
