# Tables as the tools write them: tab-separated text, one header line; lines that begin with # are remarks. Text is decoded: what is
# no UTF-8 in a file's name becomes U+FFFD.
package Tables;
use strict;
use warnings FATAL => "all";
use Encode ();
use Exporter 'import';
our @EXPORT = qw(read_text read_table read_pairs write_table);

sub read_text {
    my ($file) = @_;
    open my $in, '<:raw', $file or die "$file: $!\n";
    local $/;
    my $text = Encode::decode('UTF-8', scalar <$in> // '');
    close $in or die "$file: $!\n";
    return $text;
}

# The rows, each a hash by column; a cell that a short row lacks is ''. In list context: rows, columns, remarks.
sub read_table {
    my ($file) = @_;
    my @lines = split /\n/, read_text($file);
    my @remarks = map { s/^#\s*//r } grep { /^#/ } @lines;
    my ($header, @rows) = map { [split /\t/, $_, -1] } grep { !/^#/ } @lines;
    my @columns = @{$header // []};
    my @table = map { my %row; @row{@columns} = map { $_ // '' } @{$_}[0 .. $#columns]; \%row } @rows;
    return wantarray ? (\@table, \@columns, \@remarks) : \@table;
}

# A table of names and values: the first two columns as a hash
sub read_pairs {
    my ($file) = @_;
    return map { my @cell = split /\t/, $_, -1; ($cell[0] => $cell[1] // '') } grep { !/^#/ } split /\n/, read_text($file);
}

sub write_table {
    my ($file, $columns, @rows) = @_;
    my $text = join '', map { join("\t", map { s/[\t\n]/ /gr } @$_) . "\n" } $columns, @rows;
    open my $out, '>:raw', $file or die "$file: $!\n";
    print $out Encode::encode('UTF-8', $text) or die "$file: $!\n";
    close $out or die "$file: $!\n";
}

1;
