"""What the program says while it works, in Vietnamese and English."""

from __future__ import annotations

from typing import Literal

Language = Literal["vi", "en"]

_TEXTS: dict[str, dict[Language, str]] = {
    "stage.inspect": {"vi": "Đọc thông tin tệp", "en": "Reading the files"},
    "stage.weights": {"vi": "Tải mô hình", "en": "Fetching the model"},
    "stage.watch": {"vi": "Xem {name}", "en": "Watching {name}"},
    "stage.plates": {"vi": "Đọc biển số", "en": "Reading plates"},
    "stage.packages": {"vi": "Lập hồ sơ", "en": "Making packages"},
    "resumed": {
        "vi": "{name}: đã xử lý trước đó, dùng lại kết quả",
        "en": "{name}: done in an earlier run, its result is kept",
    },
    "nothing": {
        "vi": "Không phát hiện dấu hiệu vi phạm nào.",
        "en": "No candidate violation was found.",
    },
    "nothing_in_rest": {
        "vi": "Không phát hiện dấu hiệu vi phạm nào trong những gì đọc được "
        "(xem lỗi ở trên: {count}).",
        "en": "No candidate violation was found in what could be read (errors above: {count}).",
    },
    "found": {
        "vi": "{count} dấu hiệu vi phạm; hồ sơ ở {folder}",
        "en": "{count} candidate violation(s); packages in {folder}",
    },
    "review": {
        "vi": "Đây chỉ là dấu hiệu: hãy xem lại clip và biển số trước khi gửi.",
        "en": "These are candidates: look at the clip and the plate before you send anything.",
    },
    "gap": {
        "vi": "{name}: không có hình từ giây {start:.1f} đến {end:.1f} ({reason})",
        "en": "{name}: no pictures from second {start:.1f} to {end:.1f} ({reason})",
    },
    "submit.unsound": {
        "vi": "{package}: hồ sơ không nguyên vẹn ({reason}); không lập gì để gửi. "
        "Hãy xử lý lại video",
        "en": "{package}: the package is not sound ({reason}); nothing was made of it. "
        "Process the footage again",
    },
    "submit.no_form": {
        "vi": "{package}: chưa ai xác nhận hành vi và biển số; hãy chạy trước: "
        "dashcam form {package} (hoặc thêm --anyway)",
        "en": "{package}: nobody has confirmed act and plate yet; run this first: "
        "dashcam form {package} (or add --anyway)",
    },
    "submit.not_ready": {
        "vi": "{package}: chưa đủ để gửi ({missing}); hãy bổ sung: dashcam form {package} "
        "(hoặc thêm --anyway)",
        "en": "{package}: not ready ({missing}); add it: dashcam form {package} (or add --anyway)",
    },
    "submit.unchecked": {
        "vi": "Kênh {channel} chỉ là mẫu, địa chỉ và giới hạn chưa được kiểm tra; "
        "hãy hỏi cơ quan công an rồi ghi vào tệp kênh của bạn (xem: dashcam channels)",
        "en": "The channel {channel} is a pattern, its address and limits were not checked; "
        "ask the office and write them into your own file (see: dashcam channels)",
    },
    "submit.made": {
        "vi": "Đã lập, số {number} trong sổ; chương trình không tự gửi. "
        "Gửi xong hãy ghi: dashcam submitted sent {number}",
        "en": "Made, number {number} in the register; nothing was sent. "
        "After you send it: dashcam submitted sent {number}",
    },
    "reporter.field.name": {"vi": "Họ và tên", "en": "Name"},
    "reporter.field.number": {
        "vi": "Số căn cước công dân (12 chữ số)",
        "en": "Citizen identity number (12 digits)",
    },
    "reporter.field.address": {"vi": "Địa chỉ", "en": "Address"},
    "reporter.field.phone": {"vi": "Điện thoại", "en": "Phone"},
    "reporter.missing": {"vi": "Còn thiếu: {names}", "en": "Still missing: {names}"},
    "reporter.number.digits": {
        "vi": "Số căn cước công dân phải có đúng 12 chữ số; hãy xem lại trên thẻ",
        "en": "A citizen identity number has exactly 12 digits; look at the card again",
    },
    "reporter.number.province": {
        "vi": "Ba chữ số đầu không phải mã tỉnh, thành phố nào (001–096); hãy xem lại trên thẻ",
        "en": "The first three digits are no province's code (001–096); look at the card again",
    },
    "reporter.number.year": {
        "vi": "Chữ số thứ 4 đến thứ 6 cho một năm sinh không thể có; hãy xem lại trên thẻ",
        "en": "Digits 4 to 6 give a year of birth that cannot be; look at the card again",
    },
    "reporter.phone.form": {
        "vi": "Số điện thoại không đúng dạng: di động 0xxx xxx xxx, cố định 02xx xxxx xxxx",
        "en": "Not a Vietnamese phone number: mobile 0xxx xxx xxx, fixed 02xx xxxx xxxx",
    },
    "reporter.name.words": {
        "vi": "Hãy ghi đủ họ và tên, như trên thẻ căn cước",
        "en": "Write the whole name, as on the identity card",
    },
    "reporter.name.letters": {
        "vi": "Họ tên chỉ gồm chữ cái và khoảng trắng",
        "en": "A name has letters and spaces only",
    },
    "reporter.address.length": {
        "vi": "Hãy ghi địa chỉ rõ hơn: số nhà, đường hoặc thôn, xã hoặc phường, tỉnh "
        "(8 đến 300 ký tự)",
        "en": "Write the address in full: house, street, commune, province (8 to 300 signs)",
    },
    "reporter.file": {
        "vi": "Không đọc được; hãy ghi bốn dòng: `name: …`, `number: …`, `address: …`, `phone: …`",
        "en": "Cannot be read; write four lines: `name: …`, `number: …`, `address: …`, `phone: …`",
    },
    "reporter.damaged": {
        "vi": "Thông tin người báo đã lưu bị hỏng; hãy nhập lại: dashcam reporter set",
        "en": "What was kept of the reporter is damaged; enter it again: dashcam reporter set",
    },
    "reporter.nobody": {
        "vi": "Chưa có thông tin người báo; hãy nhập trước: dashcam reporter set",
        "en": "No reporter is set; do that first: dashcam reporter set",
    },
    "reporter.intro": {
        "vi": "Thông tin này chỉ lưu trên máy của bạn, có mã hóa; chỉ rời máy khi bạn niêm phong.",
        "en": "This stays on your machine, encrypted, and leaves it only where you seal it.",
    },
    "reporter.passphrase": {"vi": "Mật khẩu", "en": "Passphrase"},
    "reporter.passphrase.new": {
        "vi": "Đặt mật khẩu (ít nhất 8 ký tự; quên thì không lấy lại được)",
        "en": "Choose a passphrase (8 signs or more; nobody can bring it back)",
    },
    "reporter.passphrase.again": {"vi": "Nhập lại mật khẩu", "en": "The same again"},
    "reporter.seal_passphrase": {
        "vi": "Mật khẩu của phần niêm phong",
        "en": "Passphrase of the seal",
    },
    "reporter.seal_passphrase.new": {
        "vi": "Đặt mật khẩu cho phần niêm phong, để báo riêng cho công an (ít nhất 8 ký tự)",
        "en": "Choose a passphrase for the seal, to be told to the police alone (8 signs or more)",
    },
    "reporter.kept": {"vi": "Đã lưu, có mã hóa.", "en": "Kept, encrypted."},
    "reporter.forgotten": {
        "vi": "Đã xóa thông tin người báo khỏi máy này.",
        "en": "The reporter was removed from this machine.",
    },
    "reporter.ask": {
        "vi": "Niêm phong danh tính của bạn vào {count} hồ sơ; chỉ mở được bằng {by}. "
        "Gõ yes để đồng ý",
        "en": "Your identity goes into {count} package(s), to be opened only with {by}. Type yes",
    },
    "reporter.by.keys": {"vi": "khóa của {keys}", "en": "the key of {keys}"},
    "reporter.by.passphrase": {"vi": "mật khẩu bạn sẽ đặt", "en": "a passphrase you choose"},
    "reporter.not_agreed": {
        "vi": "Bạn chưa đồng ý, nên không có gì được ghi",
        "en": "You did not agree, so nothing was written",
    },
    "reporter.sealed": {
        "vi": "{package}: đã niêm phong danh tính (data/reporter.age)",
        "en": "{package}: identity sealed (data/reporter.age)",
    },
    "reporter.in_clear": {
        "vi": "{package}: thông tin của người báo ({labels}) nằm không mã hóa trong {where}; "
        "hãy sửa rồi niêm phong lại, hoặc thêm --anyway",
        "en": "{package}: the reporter's {labels} stands there in clear, in {where}; "
        "take it out and seal again, or add --anyway",
    },
    "reporter.other_package": {
        "vi": "{path}: danh tính này được niêm phong cho hồ sơ khác; không dùng cho hồ sơ này",
        "en": "{path}: this identity was sealed for another package; do not take it for this one",
    },
    "reporter.opened": {
        "vi": "{package}: niêm phong lúc {sealed}, cho chính hồ sơ này",
        "en": "{package}: sealed at {sealed}, for this very package",
    },
    "verify.form.none": {
        "vi": "không có thư mục hay tệp .zip này",
        "en": "there is no such folder or zip",
    },
    "verify.form.missing": {
        "vi": "không phải hồ sơ chứng cứ: thiếu {names}",
        "en": "not an evidence package: {names} missing",
    },
    "verify.form.fetch": {
        "vi": "hồ sơ đòi tải tệp từ nơi khác (fetch.txt)",
        "en": "it wants files fetched from elsewhere (fetch.txt)",
    },
    "verify.form.many": {
        "vi": "quá nhiều tệp so với một hồ sơ",
        "en": "it holds far too many files for a package",
    },
    "verify.form.links": {
        "vi": "bên trong có liên kết hoặc thiết bị: {names}",
        "en": "links or devices in it: {names}",
    },
    "verify.form.twins": {
        "vi": "tên chỉ khác nhau ở chữ hoa, chữ thường: {names}",
        "en": "names that differ in capitals only: {names}",
    },
    "verify.form.stray": {
        "vi": "thư mục không thuộc hồ sơ: {names}",
        "en": "folders that do not belong to it: {names}",
    },
    "verify.form.outside": {
        "vi": "danh sách chỉ ra ngoài hồ sơ: {names}",
        "en": "its lists name paths outside the package: {names}",
    },
    "verify.form.damaged": {
        "vi": "danh sách bị hỏng: {names}",
        "en": "a list of it is damaged: {names}",
    },
    "verify.form.ok": {"vi": "chỉ gồm các tệp thường", "en": "a folder of plain files"},
    "verify.archive.ours": {
        "vi": "tệp nén đúng từng byte như khi được tạo",
        "en": "the zip is byte for byte as it was made",
    },
    "verify.archive.foreign": {
        "vi": "nén bằng công cụ khác; chỉ xét nội dung",
        "en": "packed with another tool; its content is what counts",
    },
    "verify.archive.changed": {
        "vi": "tệp nén đã bị sửa sau khi được tạo",
        "en": "the zip was changed after it was made",
    },
    "archive.refused": {"vi": "{name}: từ chối mở: {reason}", "en": "{name}: refused: {reason}"},
    "archive.broken": {
        "vi": "{name}: không phải tệp .zip nguyên vẹn ({reason})",
        "en": "{name}: not a whole zip ({reason})",
    },
    "archive.unwritten": {
        "vi": "{name}: không giải nén được ({reason})",
        "en": "{name}: cannot be unpacked ({reason})",
    },
    "archive.empty": {"vi": "tệp rỗng", "en": "it is empty"},
    "archive.many": {
        "vi": "có {count} mục; một hồ sơ có ít hơn nhiều",
        "en": "{count} entries; a package has far fewer",
    },
    "archive.encrypted": {"vi": "tệp bị mã hóa", "en": "it is encrypted"},
    "archive.names": {
        "vi": "tên dẫn ra ngoài tệp nén, hoặc không hồ sơ nào có: {names}",
        "en": "names that lead out of it or that no package has: {names}",
    },
    "archive.tops": {
        "vi": "một hồ sơ là đúng một thư mục; tệp này chứa {names}",
        "en": "a package is one folder; this holds {names}",
    },
    "archive.twins": {
        "vi": "hai mục trùng tên: {names}",
        "en": "two entries of one name: {names}",
    },
    "archive.both": {
        "vi": "vừa là tệp vừa là thư mục: {file}",
        "en": "a file that is a folder as well: {file}",
    },
    "archive.link": {
        "vi": "có liên kết hoặc thiết bị: {file}",
        "en": "a link or a device: {file}",
    },
    "archive.large": {
        "vi": "giải nén ra {bytes} byte; giới hạn là {limit}",
        "en": "{bytes} bytes when unpacked; the limit is {limit}",
    },
    "archive.bomb_file": {
        "vi": "{file} sẽ phình ra quá lớn: giống bom nén (zip bomb)",
        "en": "{file} would grow too much: it looks like a zip bomb",
    },
    "archive.bomb": {
        "vi": "sẽ phình ra quá lớn: giống bom nén (zip bomb)",
        "en": "it would grow too much: it looks like a zip bomb",
    },
    "archive.overlap": {
        "vi": "các mục chồng lên nhau: giống bom nén (zip bomb)",
        "en": "entries that overlap: it looks like a zip bomb",
    },
    "archive.no_room": {
        "vi": "không đủ chỗ trống để giải nén {bytes} byte",
        "en": "there is no room to unpack {bytes} bytes",
    },
    "archive.larger": {
        "vi": "{file} lớn hơn tệp nén ghi",
        "en": "{file} is larger than it says",
    },
    "archive.short": {"vi": "{file} bị cắt cụt", "en": "{file} is cut short"},
    "verify.file.changed": {"vi": "{name} đã bị sửa", "en": "{name} was changed"},
    "verify.file.missing": {"vi": "{name} bị thiếu", "en": "{name} is missing"},
    "verify.file.extra": {
        "vi": "{name} không thuộc hồ sơ",
        "en": "{name} does not belong to it",
    },
    "verify.bag.rewritten": {
        "vi": "{name} không còn như khi được tạo",
        "en": "{name} is not as it was written",
    },
    "verify.bag.ok": {
        "vi": "đủ, và cả {count} tệp đúng mã SHA-256",
        "en": "complete, and all {count} files have their SHA-256",
    },
    "verify.signature.none": {
        "vi": "không có chữ ký: nếu ai đó làm lại toàn bộ hồ sơ thì không phát hiện được",
        "en": "not signed: whoever makes all of it anew is not noticed",
    },
    "verify.signature.none_wanted": {
        "vi": "không có chữ ký, nên không phải của khóa đã nêu",
        "en": "not signed, so not by the key that you named",
    },
    "verify.signature.unannounced": {
        "vi": "có chữ ký mà nhãn không nói đến",
        "en": "a signature that the label knows nothing of",
    },
    "verify.signature.unknown": {
        "vi": "nhãn không nói rõ hồ sơ được ký thế nào",
        "en": "the label does not say how it is signed",
    },
    "verify.signature.removed": {
        "vi": "nhãn nói có chữ ký, nhưng chữ ký đã bị gỡ",
        "en": "the label says that it is signed, but the signature was removed",
    },
    "verify.signature.key_changed": {
        "vi": "khóa công khai không phải khóa mà nhãn nêu",
        "en": "the public key is not the one that the label names",
    },
    "verify.signature.wrong": {
        "vi": "chữ ký không khớp với nội dung",
        "en": "the signature does not fit the content",
    },
    "verify.signature.other_key": {
        "vi": "do khóa khác ký: {fingerprint}",
        "en": "signed by another key: {fingerprint}",
    },
    "verify.signature.yours": {
        "vi": "do đúng khóa đã nêu ký: {fingerprint}",
        "en": "signed by the key that you named: {fingerprint}",
    },
    "verify.signature.some_key": {
        "vi": "do khóa này ký: {fingerprint}",
        "en": "signed by the key {fingerprint}",
    },
    "verify.stamp.none": {
        "vi": "không có dấu thời gian",
        "en": "there is no time stamp",
    },
    "verify.stamp.removed": {
        "vi": "dấu thời gian không khớp với nhãn",
        "en": "the time stamp is not as the label says",
    },
    "verify.stamp.wrong": {
        "vi": "dấu thời gian không đúng: {reason}",
        "en": "the time stamp does not hold: {reason}",
    },
    "verify.stamp.unread": {
        "vi": "có dấu thời gian, chưa kiểm tra: {reason}",
        "en": "there is a time stamp, not checked: {reason}",
    },
    "verify.stamp.untrusted": {
        "vi": "{time}, khớp nội dung; chưa kiểm tra ai cấp (--tsa-ca)",
        "en": "{time}, fits the content; who gave it was not checked (--tsa-ca)",
    },
    "verify.stamp.trusted": {
        "vi": "{time}, do đơn vị đã nêu cấp",
        "en": "{time}, given by the authority that you named",
    },
    "verify.record.large": {
        "vi": "{file} quá lớn",
        "en": "{file} is too large to be one",
    },
    "verify.record.schema": {
        "vi": "{file} không đúng khuôn dạng: {reason}",
        "en": "{file} is not as the schema wants it: {reason}",
    },
    "verify.record.original": {
        "vi": "{file} nhắc đến tệp gốc mà nó không mô tả: {names}",
        "en": "{file} names an original that it does not describe: {names}",
    },
    "verify.record.ok": {
        "vi": "{file} đúng khuôn dạng {version}",
        "en": "{file} follows the schema {version}",
    },
    "verify.record.follows": {
        "vi": "{file} đúng khuôn dạng",
        "en": "{file} follows its schema",
    },
    "verify.custody.disagrees": {
        "vi": "không khớp với incident.json ({what})",
        "en": "it does not agree with incident.json ({what})",
    },
    "verify.custody.key": {
        "vi": "bước cuối không phải do khóa trên nhãn ký",
        "en": "its last step was not signed by the key on the label",
    },
    "verify.custody.ok": {
        "vi": "{count} bước, dẫn đến đúng những tệp đang có",
        "en": "its {count} steps lead to just the files that are here",
    },
    "verify.files.no_clip": {"vi": "không có tệp {name}", "en": "{name} is no file of it"},
    "verify.files.ok": {
        "vi": "cả {count} tệp đúng như {file} liệt kê",
        "en": "all {count} files are as {file} lists them",
    },
    "verify.number.facts": {
        "vi": "các dữ kiện trong {file} đã bị sửa",
        "en": "the facts in {file} were changed",
    },
    "verify.number.evidence": {
        "vi": "mã niêm phong không khớp với các tệp chứng cứ",
        "en": "the seal number does not fit the files of evidence",
    },
    "verify.number.ok": {
        "vi": "mã niêm phong trong báo cáo: {number}",
        "en": "the seal number that the report bears: {number}",
    },
    "verify.identity.other": {
        "vi": "nhãn ghi {label}, hồ sơ ghi {id}",
        "en": "the bag is called {label}, its record {id}",
    },
    "verify.original.ok": {
        "vi": "{name} đúng là tệp gốc mà hồ sơ nêu",
        "en": "{name} is the footage that the package names",
    },
    "verify.original.other": {
        "vi": "{name} ({digest}…) là tệp khác; hồ sơ được lập từ {names}",
        "en": "{name} ({digest}…) is another file; the package is of {names}",
    },
    "verify.clip.ok": {
        "vi": "{name}: cả {count} gói dữ liệu trùng từng bit với tệp gốc",
        "en": "{name}: all {count} packets are bit-identical to the original's",
    },
    "verify.clip.other": {"vi": "{name}: {reason}", "en": "{name}: {reason}"},
    "verify.c2pa.ok": {
        "vi": "{name}: có bản kê C2PA còn đúng, do khóa ký hồ sơ này ký",
        "en": "{name}: its C2PA manifest holds and is signed by the key of this package",
    },
    "verify.c2pa.earlier_key": {
        "vi": "{name}: có bản kê C2PA còn đúng, do khóa đã niêm phong hồ sơ ở bước trước ký",
        "en": "{name}: its C2PA manifest holds and is signed by the key that sealed it earlier",
    },
    "verify.c2pa.foreign": {
        "vi": "{name}: có bản kê C2PA còn đúng, do người khác ký (máy quay hoặc chương trình khác)",
        "en": "{name}: its C2PA manifest holds and is somebody else's (a camera's or a program's)",
    },
    "verify.c2pa.unread": {
        "vi": "{name}: có bản kê C2PA, chưa kiểm tra; hãy cài thêm [c2pa]",
        "en": "{name}: there is a C2PA manifest, not checked; install the extra [c2pa]",
    },
    "verify.c2pa.wrong": {
        "vi": "{name}: bản kê C2PA không khớp với nội dung",
        "en": "{name}: its C2PA manifest does not fit what is in it",
    },
    "verify.c2pa.other_source": {
        "vi": "{name}: bản kê C2PA nêu tệp gốc khác với hồ sơ",
        "en": "{name}: its C2PA manifest names another original than the package does",
    },
    "verify.c2pa.other_key": {
        "vi": "{name}: bản kê C2PA do khóa khác với khóa ký hồ sơ ký",
        "en": "{name}: its C2PA manifest is signed by another key than the package",
    },
    "verify.c2pa.gone": {
        "vi": "{name}: bản kê C2PA mà hồ sơ nhắc đến không còn",
        "en": "{name}: the C2PA manifest that the package speaks of is not there",
    },
    "verify.proof.credited": {
        "vi": "{names}: mang bản kê C2PA do chính khóa đó ký, nên đứng riêng vẫn kiểm tra được: "
        "nội dung không đổi, và tệp gốc có mã SHA-256 nào.",
        "en": "{names}: with a C2PA manifest by that very key, so it can be checked on its own, "
        "too: unchanged, and made from the original of the SHA-256 that it names.",
    },
    "verify.proof.credited_by_whom": {
        "vi": "Bản kê C2PA là của ai: chứng thư do chương trình tự ký, nên các công cụ C2PA ghi "
        "“không rõ người ký”.",
        "en": "Whose C2PA manifest that is: its certificate is self-signed, so C2PA programs call "
        "it not from a known signer.",
    },
    "verify.name.archive": {"vi": "tệp nén", "en": "archive"},
    "verify.name.form": {"vi": "hình thức", "en": "form"},
    "verify.name.bag": {"vi": "danh sách tệp", "en": "bag"},
    "verify.name.signature": {"vi": "chữ ký", "en": "signature"},
    "verify.name.timestamp": {"vi": "dấu thời gian", "en": "timestamp"},
    "verify.name.record": {"vi": "bản ghi", "en": "record"},
    "verify.name.custody": {"vi": "chuỗi lưu giữ", "en": "custody"},
    "verify.name.files": {"vi": "các tệp", "en": "files"},
    "verify.name.seal number": {"vi": "mã niêm phong", "en": "seal number"},
    "verify.name.identity": {"vi": "tên hồ sơ", "en": "identity"},
    "verify.name.c2pa": {"vi": "bản kê C2PA", "en": "C2PA"},
    "verify.name.original": {"vi": "tệp gốc", "en": "original"},
    "verify.name.clip": {"vi": "clip", "en": "clip"},
    "verify.name.reading": {"vi": "đọc hồ sơ", "en": "reading"},
    "verify.proved": {"vi": "Đã chứng minh", "en": "Proved"},
    "verify.not_proved": {"vi": "Chưa chứng minh", "en": "Not proved"},
    "verify.good": {"vi": "ĐẠT", "en": "OK"},
    "verify.failed": {"vi": "KHÔNG ĐẠT", "en": "FAILED"},
    "verify.proof.nothing": {
        "vi": "Hồ sơ này không còn nguyên vẹn: đừng dựa vào bất cứ điều gì trong đó.",
        "en": "This package is not sound: rely on nothing in it.",
    },
    "verify.proof.signed": {
        "vi": "Không byte nào thay đổi kể từ khi khóa {fingerprint} ký hồ sơ.",
        "en": "Not one byte has changed since the key {fingerprint} signed it.",
    },
    "verify.proof.yours": {
        "vi": "Đó là khóa mà bạn đã nêu.",
        "en": "That is the key which you named.",
    },
    "verify.proof.whose": {
        "vi": "Khóa đó của ai: hãy so dấu vân tay của khóa với người báo, rồi kiểm tra với --key.",
        "en": "Whose key that is: compare its fingerprint with the reporter's, then use --key.",
    },
    "verify.proof.whole": {
        "vi": "Mọi tệp khớp với danh sách của hồ sơ.",
        "en": "Every file agrees with the package's lists.",
    },
    "verify.proof.unsigned": {
        "vi": "Ai đã lập hồ sơ, và có ai làm lại toàn bộ không: hồ sơ không có chữ ký.",
        "en": "Who made it, and that nobody made all of it anew: it is not signed.",
    },
    "verify.proof.stamped": {
        "vi": "Nội dung đã có vào lúc {time}, theo đơn vị cấp dấu thời gian.",
        "en": "The content existed at {time}, by the authority's word.",
    },
    "verify.proof.stamp_unchecked": {
        "vi": "Nội dung đã có vào lúc {time} hay chưa: hãy nêu đơn vị cấp dấu (--tsa-ca).",
        "en": "That the content existed at {time}: name the authority to trust (--tsa-ca).",
    },
    "verify.proof.clip": {
        "vi": "Clip là một đoạn nguyên bản của {names}: không mã hóa lại, không cắt ghép.",
        "en": "The clip is a piece of {names} as it is: not encoded again, nothing cut or added.",
    },
    "verify.proof.no_original": {
        "vi": "Clip đúng là của tệp gốc: hãy hỏi người báo tệp gốc, rồi thêm --original.",
        "en": "That the clip is the original's own: ask for the original, then use --original.",
    },
    "verify.proof.camera": {
        "vi": "Tệp gốc có thật do máy quay ghi và chưa bị dựng: máy quay không ký tệp.",
        "en": "That the original is genuine: cameras of this kind sign nothing.",
    },
    "verify.proof.clock": {
        "vi": "Giờ của máy quay là đúng.",
        "en": "That the camera's clock was right.",
    },
    "verify.proof.verdict": {
        "vi": "Có vi phạm hay không: việc đó do con người quyết định.",
        "en": "That there was a violation: people decide that.",
    },
    "key.here": {
        "vi": "Khóa ký hồ sơ của máy này (dấu vân tay SHA-256):",
        "en": "The key that signs packages on this machine (SHA-256 fingerprint):",
    },
    "key.about": {
        "vi": "Trong khóa không có tên ai. Đưa khóa công khai cho người cần kiểm tra: "
        "dashcam key export FILE. Ai giữ tệp khóa bí mật thì ký được thay bạn.",
        "en": "It holds nobody's name. Give the public key to those who check: "
        "dashcam key export FILE. Whoever has the secret file can sign in your place.",
    },
    "key.made": {"vi": "Đã tạo khóa mới: {path}", "en": "A new key was made: {path}"},
    "key.exported": {"vi": "Đã ghi khóa công khai: {path}", "en": "Public key written: {path}"},
    "stage.find": {"vi": "Tìm người và xe", "en": "Looking for people and vehicles"},
    "stage.cover": {"vi": "Che mặt và biển số", "en": "Hiding faces and plates"},
    "redact.unsound": {
        "vi": "{package}: hồ sơ không nguyên vẹn ({reason}); không lập bản để đăng. "
        "Hãy xử lý lại video",
        "en": "{package}: the package is not sound ({reason}); no copy was made of it. "
        "Process the footage again",
    },
    "redact.inside": {
        "vi": "{output}: nằm trong chính hồ sơ, mà hồ sơ không được thay đổi; "
        "hãy chọn thư mục khác với -o",
        "en": "{output}: lies within the package, which must not change; "
        "choose another folder with -o",
    },
    "redact.no_tracks": {
        "vi": "hồ sơ không ghi vị trí của người và xe (tracks.json)",
        "en": "it does not say where people and vehicles are (tracks.json)",
    },
    "redact.no_tracks.remedy": {"vi": "hãy bỏ --fast", "en": "leave out --fast"},
    "redact.left_out": {
        "vi": "Không đưa vào bản để đăng (không chắc che được hết): {names}",
        "en": "Left out of the copy, as it could not be made safe: {names}",
    },
    "redact.overlay": {
        "vi": "Máy quay có in giờ hoặc địa điểm lên hình; hãy che bằng --blur-overlay X1,Y1,X2,Y2 "
        "nếu không muốn lộ.",
        "en": "The camera prints time or place into the picture; "
        "hide it with --blur-overlay X1,Y1,X2,Y2 if nobody should know.",
    },
    "redact.look": {
        "vi": "Hãy xem lại toàn bộ trước khi đăng: máy có thể bỏ sót mặt người hoặc biển số.",
        "en": "Look at all of it before you publish: a face or a plate may have been missed.",
    },
    "redact.readme": {
        "vi": "BẢN ĐỂ ĐĂNG, ĐÃ CHE\n"
        "Dấu hiệu: {act} (chưa phải kết luận vi phạm)\n"
        "Lập từ hồ sơ: {package}\n\n"
        "Mặt người và biển số đã được che, trừ biển số của xe được báo. Hình đã được mã hóa lại, "
        "không có siêu dữ liệu. Bản này tự nó không chứng minh được gì: bằng chứng là hồ sơ gốc, "
        "còn nguyên vẹn và do người báo giữ. Việc có vi phạm hay không do cơ quan có thẩm quyền "
        "quyết định.",
        "en": "A COPY FOR PUBLISHING, WITH PARTS HIDDEN\n"
        "Candidate: {act} (not a verdict)\n"
        "Made from the package: {package}\n\n"
        "Faces and plates are hidden, but for the plate of the reported vehicle. The pictures were "
        "encoded again and carry no metadata. This copy proves nothing by itself: the evidence is "
        "the package, unchanged, with the person who reports. Whether there was a violation is for "
        "the authorities to decide.",
    },
    "redact.readme.time": {"vi": "\nThời gian: {time}", "en": "\nTime: {time}"},
    "form.bad_value": {
        "vi": "{field}: không dùng được ({why}); hãy nhập lại",
        "en": "{field}: cannot be used ({why}); enter it again",
    },
    "form.plate_bad": {
        "vi": "{plate}: không phải biển số Việt Nam{hint}; nếu biển số đúng như vậy, hãy ghi vào "
        "--note và chọn --plate-illegible",
        "en": "{plate}: not a Vietnamese plate{hint}; if it truly reads so, write it into --note "
        "and give --plate-illegible",
    },
    "form.plate_near": {"vi": " (gần giống: {near})", "en": " (near to it: {near})"},
    "form.plate_both": {
        "vi": "--plate và --plate-illegible trái nhau; hãy chọn một",
        "en": "--plate and --plate-illegible contradict each other; give one of them",
    },
    "form.plate_nothing": {
        "vi": "--confirm-plate: chưa có biển số nào để xác nhận; hãy thêm --plate BIỂN_SỐ, "
        "hoặc --plate-illegible nếu không đọc được",
        "en": "--confirm-plate: there is no plate to confirm; add --plate TEXT, "
        "or --plate-illegible if it cannot be read",
    },
    "form.time_bad": {
        "vi": "--time {time}: không phải ngày giờ; hãy ghi như 18:11 29/05/2025",
        "en": "--time {time}: not a time; write it like 18:11 29/05/2025",
    },
    "form.answers_bad": {
        "vi": "{path}: không dùng được ({why}); các mục có thể có: {fields}",
        "en": "{path}: cannot be used ({why}); it may hold: {fields}",
    },
    "form.identifying": {
        "vi": "{field}: có vẻ chứa {labels}; nội dung này nằm trong hồ sơ không mã hóa, "
        "hãy bỏ ra (hoặc thêm --anyway)",
        "en": "{field}: seems to hold {labels}; this goes into the package in clear, "
        "leave it out (or add --anyway)",
    },
    "form.holds.number": {"vi": "số căn cước", "en": "an identity number"},
    "form.holds.phone": {"vi": "số điện thoại", "en": "a phone number"},
    "form.holds.mail": {"vi": "địa chỉ thư điện tử", "en": "an e-mail address"},
    "form.holds.name": {"vi": "họ tên của bạn", "en": "your own name"},
    "form.holds.address": {"vi": "địa chỉ của bạn", "en": "your own address"},
    "form.nobody": {
        "vi": "không có ai để hỏi; hãy dùng các tùy chọn (--confirm-act …, xem --help), "
        "--from-file TỆP, hoặc --show",
        "en": "nobody is there to be asked; use the options (--confirm-act …, see --help), "
        "--from-file FILE, or --show",
    },
    "form.nothing_changed": {
        "vi": "đã dừng; hồ sơ giữ nguyên như cũ",
        "en": "stopped; the package is as it was",
    },
    "form.same": {"vi": "Không có gì thay đổi.", "en": "Nothing has changed."},
    "form.ready": {
        "vi": "{package}: sẵn sàng gửi (dashcam submit)",
        "en": "{package}: ready (dashcam submit)",
    },
    "form.not_ready": {
        "vi": "{package}: chưa sẵn sàng gửi, còn thiếu:",
        "en": "{package}: not ready, missing:",
    },
    "form.intro": {
        "vi": "Hãy xem clip và ảnh trước khi trả lời. Enter: giữ giá trị trong [ ]; "
        "dấu - : xóa, để trống; Ctrl-C: dừng, không đổi gì.",
        "en": "Look at the clip and the pictures before you answer. Enter keeps what is in [ ]; "
        "- clears it; Ctrl-C stops and changes nothing.",
    },
    "form.act": {"vi": "Hành vi", "en": "Act"},
    "form.seen": {"vi": "Nội dung ghi nhận", "en": "What is seen"},
    "form.clip": {"vi": "Xem clip", "en": "Watch the clip"},
    "form.picture": {"vi": "Xem ảnh", "en": "Look at"},
    "form.ask.act": {
        "vi": "Bạn đã xem clip và xác nhận có hành vi này? (c/k)",
        "en": "Have you watched the clip, and is this act in it? (y/n)",
    },
    "form.plate": {"vi": "Biển số máy đọc", "en": "Plate as the machine read it"},
    "form.plate_told": {"vi": "Biển số bạn đã ghi", "en": "Plate as you gave it"},
    "form.plate_unread": {"vi": "không đọc được", "en": "not read"},
    "form.plate_else": {"vi": "khả năng khác: {plates}", "en": "it may also be: {plates}"},
    "form.ask.plate": {
        "vi": "Biển số bạn đọc trên ảnh (0: không đọc được; -: bỏ qua)",
        "en": "Plate as you read it in the pictures (0: cannot be read; -: skip)",
    },
    "form.ask.plate_sure": {
        "vi": "Bạn đã xem ảnh và xác nhận biển số {plate}? (c/k)",
        "en": "Have you looked at the pictures, and is the plate {plate}? (y/n)",
    },
    "form.ask.plate_illegible": {
        "vi": "Bạn đã xem ảnh và xác nhận không đọc được biển số? (c/k)",
        "en": "Have you looked at the pictures, and the plate cannot be read? (y/n)",
    },
    "form.ask.time": {
        "vi": "Ngày giờ xảy ra, ví dụ 18:11 29/05/2025 (hồ sơ không có)",
        "en": "When it was, like 18:11 29/05/2025 (the package does not know)",
    },
    "form.ask.kind": {
        "vi": "Loại xe ({kinds})",
        "en": "Kind of vehicle ({kinds})",
    },
    "form.ask.road": {"vi": "Tên đường, phố, quốc lộ", "en": "Road or street"},
    "form.ask.place": {
        "vi": "Địa điểm (xã, phường, số nhà, cột mốc)",
        "en": "Place (commune, house number, milestone)",
    },
    "form.ask.witnesses": {
        "vi": "Người chứng kiến: số người hoặc mô tả, không ghi họ tên của bạn",
        "en": "Witnesses: how many, or in words; not your own name",
    },
    "form.ask.note": {"vi": "Ghi chú khác", "en": "Anything else"},
    "form.ask.channel": {
        "vi": "Kênh gửi ({channels})",
        "en": "Channel it is sent by ({channels})",
    },
    "form.statement_about": {
        "vi": "Chú ý: báo tin giả, vu khống hoặc khai báo sai sự thật bị xử lý theo pháp luật.",
        "en": "Mind: false reports and slander are punished by law.",
    },
    "form.ask.statement": {
        "vi": "Bạn cam đoan như trên? Gõ: cam đoan",
        "en": "Do you state this? Type: I state",
    },
    "form.statement_words": {"vi": "cam đoan", "en": "i state"},
    "form.statement_gone": {
        "vi": "Nội dung đã đổi nên lời cam đoan trước không còn hiệu lực; hãy cam đoan lại: "
        "--statement",
        "en": "It was changed, so the earlier statement no longer holds; give it again: "
        "--statement",
    },
    "form.yes_or_no": {"vi": "Hãy gõ c (có) hoặc k (không).", "en": "Type y (yes) or n (no)."},
}


def word(key: str, language: Language, **values: object) -> str:
    """The text of `key`, filled with `values`."""
    return _TEXTS[key][language].format(**values)
