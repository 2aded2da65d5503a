//! `jsonb` in its binary form.

#[pgrx::pg_schema]
mod tests {
    use pgrx::prelude::*;

    use crate::pg::jsonb::{JsonText, Jsonb};
    use crate::pg::jsonpath::JsonPath;
    use crate::pg::spi::Statement;

    fn path(text: &str) -> JsonPath {
        JsonPath::parse(text).unwrap()
    }

    /// Values of every kind, as jsonb prints them.
    const VALUES: [&str; 16] = [
        "null",
        "true",
        "false",
        "0",
        "-12.50",
        "12345678901234567890123456789.000000001",
        "\"\"",
        "\"a \\\"b\\\" \\\\ é 😀 \\n\"",
        "[]",
        "{}",
        "[null, true, 1.0, \"x\", [], {}]",
        "[[[[[1]]]]]",
        "{\"\": {\"a\": {\"b\": [1, {\"c\": null}]}}}",
        "{\"a\": \"1\", \"b\": 1, \"c\": 2.50, \"dd\": \"\", \"eee\": null}",
        "[1, \"x\", 2, \"xx\", 3, \"xxx\", 4, \"xxxx\", 5.5]",
        "{\"n1\": 1, \"s\": \"x\", \"n2\": 10000000000, \"ss\": \"xx\", \"n3\": 0.001}",
    ];

    #[pg_test]
    fn jsonb_text_round_trips() {
        for text in VALUES {
            let canonical = Statement::new("SELECT $1::jsonb::text")
                .first(&[&text], |row| row.required::<String>(1))
                .unwrap()
                .unwrap();
            let value = Jsonb::parse(text);
            assert_eq!(value.to_text(), canonical);
            assert_eq!(value.is_object(), text.starts_with('{'));
            assert_eq!(Jsonb::parse(&canonical).to_text(), canonical);
        }
    }

    /// Through a parameter and back, and through an array of them.
    #[pg_test]
    fn jsonb_goes_through_statements() {
        let same = Statement::new("SELECT $1::jsonb, $1::text::jsonb = $2::jsonb");
        for text in VALUES {
            let value = Jsonb::parse(text);
            let (back, equal) = same
                .first(&[&value, &Jsonb::parse(text)], |row| Ok((row.required::<Jsonb>(1)?, row.required::<bool>(2)?)))
                .unwrap()
                .unwrap();
            assert!(equal, "{text}");
            assert_eq!((back.to_text(), back.size()), (value.to_text(), value.size()));
        }
        let mut values: Vec<Option<Jsonb>> = VALUES.iter().map(|text| Some(Jsonb::parse(text))).collect();
        values.insert(3, None);
        let rows = Statement::new("SELECT value FROM unnest($1::jsonb[]) WITH ORDINALITY AS v (value, n) ORDER BY n")
            .rows(&[&values], |row| Ok(row.get::<Jsonb>(1).map(|value| value.to_text())))
            .unwrap();
        let expected: Vec<Option<String>> =
            values.iter().map(|value| value.as_ref().map(|value| value.to_text())).collect();
        assert_eq!(rows, expected);
        let none =
            Statement::new("SELECT $1::jsonb IS NULL").first(&[&None::<Jsonb>], |row| row.required::<bool>(1)).unwrap();
        assert_eq!(none, Some(true));
        let json = Statement::new("SELECT $1::json")
            .first(&[&JsonText("{ \"b\":1,  \"a\":2 }".to_owned())], |row| row.required::<JsonText>(1))
            .unwrap();
        assert_eq!(json.unwrap().0, "{ \"b\":1,  \"a\":2 }");
    }

    #[pg_test]
    fn jsonb_builder_takes_every_kind_of_value() {
        for text in VALUES {
            let value = Jsonb::parse(text);
            let object = Jsonb::object(|object| {
                object.set("first", &value);
                object.set_text("text", "t \" \\");
                object.set("last", &value);
            });
            let expected = Jsonb::parse(&format!("{{\"first\": {text}, \"text\": \"t \\\" \\\\\", \"last\": {text}}}"));
            assert_eq!(object.to_text(), expected.to_text());
            assert_eq!(object.size(), expected.size());
            let array = Jsonb::array(&[value.clone(), Jsonb::null(), value.clone()]);
            assert_eq!(array.to_text(), Jsonb::parse(&format!("[{text}, null, {text}]")).to_text());
            // As the server itself sees it: the parts can be taken out again.
            let part = Statement::new("SELECT ($1 -> 'first')::text, ($1 -> 'last')::text")
                .first(&[&object], |row| Ok((row.required::<String>(1)?, row.required::<String>(2)?)))
                .unwrap()
                .unwrap();
            assert_eq!(part, (value.to_text(), value.to_text()));
        }
        assert_eq!(Jsonb::object(|_| ()).to_text(), "{}");
        assert_eq!(Jsonb::array(&[]).to_text(), "[]");
        let twice = Jsonb::object(|object| {
            object.set_text("x", "first");
            object.set_text("", "empty");
            object.set("x", &Jsonb::parse("2"));
        });
        assert_eq!(twice.to_text(), "{\"\": \"empty\", \"x\": 2}");
    }

    /// The builder points into its parts until it is finished: it must keep those that the caller drops.
    #[pg_test]
    fn jsonb_builder_keeps_its_parts() {
        for length in [1, 7, 24, 100, 5_000] {
            let text = "x".repeat(length);
            let object = Jsonb::object(|object| {
                for key in ["a", "b", "c"] {
                    object.set(key, &Jsonb::parse(&format!("{{\"{text}\": [\"{text}\", 1.25]}}")));
                    // What is freed is used again at once.
                    for _ in 0..32 {
                        assert_eq!(Jsonb::string(&"y".repeat(length)).as_str().unwrap().len(), length);
                    }
                }
            });
            let part = format!("{{\"{text}\": [\"{text}\", 1.25]}}");
            assert_eq!(object.to_text(), format!("{{\"a\": {part}, \"b\": {part}, \"c\": {part}}}"));
        }
    }

    #[pg_test]
    fn jsonb_strings_and_plain_text() {
        for text in ["", "a", "\"quoted\" \\ \u{1}\n", "é 😀", &"x".repeat(100_000)] {
            let value = Jsonb::string(text);
            assert_eq!(value.as_str().as_deref(), Some(text));
            assert_eq!(value.as_plain_text().as_deref(), Some(text));
        }
        let plain = |text: &str| Jsonb::parse(text).as_plain_text();
        assert_eq!(plain("null"), None);
        assert_eq!(plain("1.50").as_deref(), Some("1.50"));
        assert_eq!(plain("false").as_deref(), Some("false"));
        assert_eq!(plain("[1,null]").as_deref(), Some("[1, null]"));
        assert_eq!(Jsonb::parse("[\"x\"]").as_str(), None);
        assert_eq!(Jsonb::null().as_str(), None);
    }

    #[pg_test]
    fn jsonb_concat_sets_keys_over() {
        let over =
            Jsonb::parse("{\"a\": {\"x\": 1}, \"b\": 2}").concat(&Jsonb::parse("{\"a\": {\"y\": 2}, \"c\": null}"));
        assert_eq!(over.to_text(), "{\"a\": {\"y\": 2}, \"b\": 2, \"c\": null}");
        let same = Jsonb::parse("{\"a\": 1}").concat(&Jsonb::parse("{}"));
        assert_eq!(same.to_text(), "{\"a\": 1}");
    }

    #[pg_test]
    fn jsonb_paths_match_and_find() {
        let context = Jsonb::parse("{\"n\": 5, \"list\": [1, 2, 3], \"text\": \"x\", \"nothing\": null}");
        let vars = Jsonb::parse("{\"limit\": 3, \"event\": {\"type\": \"GO\"}}");
        let test = |text: &str| context.path_match(&path(text), &vars);
        assert_eq!(test("$.n > $limit"), Some(true));
        assert_eq!(test("$.n < $limit"), Some(false));
        assert_eq!(test("$.n < $event.type"), None);
        assert_eq!(test("$.missing == 1"), Some(false));
        assert_eq!(test("$event.type == \"GO\""), Some(true));
        assert_eq!(test("exists($.list[*] ? (@ > 2))"), Some(true));
        // Silent: what raises is unknown.
        assert_eq!(test("$.n"), None);
        let find = |text: &str| context.path_first(&path(text), &vars).map(|value| value.to_text());
        assert_eq!(find("$.n + $limit").as_deref(), Some("8"));
        assert_eq!(find("$.list[last]").as_deref(), Some("3"));
        assert_eq!(find("$.nothing").as_deref(), Some("null"));
        assert_eq!(find("$").unwrap(), context.to_text());
        assert_eq!(find("$.missing"), None);
        assert_eq!(find("$.n / 0"), None);
        assert_eq!(find("strict $.missing"), None);
    }

    #[pg_test]
    fn jsonpath_refuses_and_prints() {
        assert_eq!(path("$.a[*]?(@.b>1)").canonical(), "$.\"a\"[*]?(@.\"b\" > 1)");
        for text in ["", "$.(", "$ ==", "a b", "$.a like_regex \"(\"", "\0"] {
            let message = JsonPath::parse(text).err().unwrap_or_else(|| panic!("{text:?} was read"));
            assert!(!message.is_empty());
        }
        // The session is as good as before.
        assert_eq!(Jsonb::parse("{\"a\": 1}").path_match(&path("$.a == 1"), &Jsonb::parse("{}")), Some(true));
    }

    /// However a row stores it: short header, compressed, out of line, or both.
    #[pg_test]
    fn jsonb_is_read_however_it_is_stored() {
        Spi::run("CREATE TEMP TABLE kept (storage text, n integer, value jsonb)").unwrap();
        let insert = Statement::new("INSERT INTO kept VALUES ($1, $2, $3)");
        let mut expected = Vec::new();
        for storage in ["plain", "extended", "external", "main"] {
            Spi::run(&format!("ALTER TABLE kept ALTER COLUMN value SET STORAGE {storage}")).unwrap();
            let largest = if storage == "plain" { 100 } else { 20_000 };
            for (n, length) in
                [0, 1, 30, 100, 2_500, 20_000].into_iter().filter(|length| *length <= largest).enumerate()
            {
                let value = Jsonb::parse(&format!("{{\"x\": [\"{}\", {length}]}}", "ab".repeat(length)));
                insert.execute(&[&storage, &(n as i32), &value]).unwrap();
                expected.push(value.to_text());
            }
        }
        let toasted =
            Statement::new("SELECT count(*) FROM kept WHERE pg_column_size(value) < octet_length(value::text) / 2")
                .first(&[], |row| row.required::<i64>(1))
                .unwrap();
        assert!(toasted.unwrap() > 0, "nothing was compressed");
        let read =
            Statement::new("SELECT value FROM kept ORDER BY ctid").rows(&[], |row| row.required::<Jsonb>(1)).unwrap();
        let texts: Vec<String> = read.iter().map(|value| value.to_text()).collect();
        assert_eq!(texts, expected);
        // Read values are whole: the server takes them as they are.
        let back = Statement::new("SELECT count(*) FROM kept WHERE value = $1");
        for value in &read {
            assert!(back.first(&[value], |row| row.required::<i64>(1)).unwrap().unwrap() >= 1);
        }
    }
}
