// Uploads with java.net.http.HttpClient. Reads {base, http2, certificate, cases} from standard input, and prints
// [{status, next}] with the statuses of each upload and of the next request of the same pool. A response of another
// protocol has no status.

import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

public class Upload {
    // the JDK has no JSON parser; the input is flat, apart from `headers`, whose names differ from all others
    private static final Pattern MEMBER = Pattern.compile("\"([\\w-]+)\":(\"((?:[^\"\\\\]|\\\\.)*)\"|\\w+)");
    private static final List<String> OWN = List.of("body", "size", "chunked", "expects", "name");

    private final HttpClient client;
    private final HttpClient.Version version;
    private final String base;

    private Upload(String base, HttpClient.Version version, String certificate) throws Exception {
        this.base = base;
        this.version = version;
        HttpClient.Builder builder = HttpClient.newBuilder().version(version).proxy(HttpClient.Builder.NO_PROXY);
        this.client = (certificate == null ? builder : builder.sslContext(trust(certificate))).build();
    }

    /** Returns a context that trusts one certificate only. */
    private static SSLContext trust(String certificate) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream file = new FileInputStream(certificate)) {
            store.setCertificateEntry("server", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    /** Returns a member of a flat object. */
    private static String member(String input, String name) {
        Matcher member = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(input);
        return member.find() ? member.group(1) : null;
    }

    public static void main(String[] arguments) throws Exception {
        String input = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        String[] parts = input.split("\"cases\":", 2);
        String base = member(input, "base");
        if (parts.length != 2 || base == null) {
            throw new IllegalArgumentException(input);
        }
        boolean isHttp2 = input.contains("\"http2\":true");
        HttpClient.Version version = isHttp2 ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1;
        Upload upload = new Upload(base, version, member(input, "certificate"));
        List<String> results = new ArrayList<>();
        // each case ends with its size
        for (String text : parts[1].split("(?<=\"size\":\\d{1,9})}")) {
            if (text.contains("\"size\":")) {
                results.add(upload.run(text));
            }
        }
        System.out.println(results);
        System.exit(0);
    }

    private String run(String text) {
        HttpRequest.Builder request = request("/orders");
        String body = "";
        int size = 0;
        boolean chunked = false;
        Matcher member = MEMBER.matcher(text);
        while (member.find()) {
            String value = member.group(3) == null ? member.group(2) : member.group(3).replaceAll("\\\\(.)", "$1");
            switch (member.group(1)) {
                case "body" -> body = value;
                case "size" -> size = Integer.parseInt(value);
                case "chunked" -> chunked = Boolean.parseBoolean(value);
                default -> {
                    if (!OWN.contains(member.group(1))) {
                        request.header(member.group(1), value);
                    }
                }
            }
        }
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, (byte) ' ');
        byte[] start = body.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(start, 0, bytes, 0, start.length);
        BodyPublisher publisher = chunked
                ? BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes))
                : BodyPublishers.ofByteArray(bytes);
        String status = attempt(request.POST(publisher));
        return "{\"status\":" + status + ",\"next\":" + attempt(request("/health").GET()) + "}";
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofMinutes(1));
    }

    private String attempt(HttpRequest.Builder request) {
        try {
            HttpResponse<Void> response = client.send(request.build(), BodyHandlers.discarding());
            return response.version() == version ? "" + response.statusCode() : "\"" + response.version() + "\"";
        } catch (Exception error) {
            return "\"" + error.toString().replaceAll("[\"\\\\\\n]", "'") + "\"";
        }
    }
}
