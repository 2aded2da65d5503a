# Makes a psql script of the ```sql blocks of a Markdown file, each with a mark before it. Every other line becomes an empty one, so that
# psql's line numbers are the file's. A block opened with ```sql and anything more, such as ```sql ignore, is left out.

/^[ \t]*```/ {
    if (open == "") {
        open = /^[ \t]*```sql[ \t]*$/ ? "sql" : "other"
        indent = match($0, /`/) - 1
        last = ";"
        print open == "sql" ? "\\echo @block " FNR : ""
    } else {
        # An open statement would swallow the next block.
        print open == "sql" && last !~ /;[ \t]*$|^[ \t]*\\|\\g/ ? "; DO $$ BEGIN RAISE 'the block does not end its last statement'; END $$;" : ""
        open = ""
    }
    next
}
open == "sql" {
    line = $0
    sub("^[ \t]{0," indent "}", "", line)
    print line
    sub(/--.*/, "", line)
    if (line ~ /[^ \t]/) last = line
    next
}
{ print "" }
